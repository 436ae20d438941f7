import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { SeriesAnswer } from "../api/shapes.ts";
import { clockTime, count, percent } from "../format.ts";
import { colourOf, isDark, styleValue } from "./colours.ts";
import { sum, type Layer } from "./layers.ts";
import { Plot, type Pointed } from "./plot.ts";

interface ChartProps {
  readonly answer: SeriesAnswer;
  readonly layers: readonly Layer[];
}

/** The RST rate over time, stacked by cause. */
export function Chart({ answer, layers }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const pointed = useSignal<Pointed | null>(null);
  // Other causes, or another theme, need another plot; new figures do not.
  const key = useComputed(() => isDark.value).value + layers.map(({ name, meaning }) => name + meaning).join();

  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const colours = {
      layers: layers.map((layer) => styleValue(colourOf(layer))),
      ink: styleValue("--muted"),
      line: styleValue("--line"),
      font: `12px ${styleValue("--font")}`,
    };
    const made = new Plot(element, answer, layers, colours, (at) => (pointed.value = at));
    plot.current = made;
    const sizes = new ResizeObserver(() => made.resize(element.clientWidth, element.clientHeight));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [key]);
  useEffect(() => plot.current?.update(answer, layers), [answer]);

  const at = pointed.value;
  return (
    <div class="chart">
      <div class="chart-canvas" ref={host} role="img" aria-label={spoken(answer, layers)} />
      {at && at.index < answer.times.length && (
        <Tip answer={answer} layers={layers} index={at.index} left={at.left + (plot.current?.inset ?? 0)} />
      )}
    </div>
  );
}

/** The figures of the step under the pointer. */
function Tip({ answer, layers, index, left }: ChartProps & { readonly index: number; readonly left: number }) {
  const from = answer.times[index] * 1_000;
  const teardowns = layers[0]?.teardowns[index] ?? 0;
  const resets = sum(layers.map((layer) => layer.resets[index]));
  const shown = layers.filter((layer) => layer.resets[index] > 0).toReversed();
  const near = left > (globalThis.innerWidth ?? 0) / 2 ? "tip tip-left" : "tip";
  return (
    <div class={near} style={{ left: `${left}px` }} aria-hidden="true">
      <div class="tip-time">
        {clockTime(from)} – {clockTime(from + answer.step_seconds * 1_000)}
      </div>
      <div class="tip-total">
        {teardowns > 0 && <strong>{percent(resets / teardowns)}</strong>}
        <span>{teardowns > 0 ? `${count(resets)} of ${count(teardowns)}` : "nothing ended"}</span>
      </div>
      {shown.map((layer) => (
        <div class="tip-row" key={layer.name}>
          <i class="swatch" style={{ background: `var(${colourOf(layer)})` }} />
          <span class="tip-name">{layer.name}</span>
          <span class="number">{percent(layer.rates[index])}</span>
        </div>
      ))}
    </div>
  );
}

/** The chart in a sentence, for those who do not see it; the legend has the figures. */
function spoken(answer: SeriesAnswer, layers: readonly Layer[]): string {
  const whole = layers.at(-1)?.tops ?? [];
  let peak = -1;
  for (const [i, value] of whole.entries()) if (value !== null && value > (whole[peak] ?? -1)) peak = i;
  if (peak < 0) return "RST rate over time: no resets";
  return `RST rate over time: highest ${percent(whole[peak])}, at ${clockTime(answer.times[peak] * 1_000)}`;
}
