import { Chart } from "../chart/chart.tsx";
import { colourOf } from "../chart/colours.ts";
import { layersOf, sum, type Layer } from "../chart/layers.ts";
import type { SeriesAnswer } from "../api/shapes.ts";
import { count, percent } from "../format.ts";
import { causes } from "../state/figures.ts";

/** The RST rate over time with its legend, which has the figures of the whole range. */
export function History({ answer, teardowns }: { readonly answer: SeriesAnswer; readonly teardowns: number }) {
  const layers = layersOf(answer);
  return (
    <section class="panel" aria-labelledby="history-title">
      <div class="panel-head">
        <h2 id="history-title">RST rate over time</h2>
        <p class="key">
          <span>
            <i class="swatch swatch-abnormal" /> abnormal
          </span>
          {layers.some(({ meaning }) => meaning === "undecided") && (
            <span>
              <i class="swatch swatch-undecided" /> undecided
            </span>
          )}
          <span>
            <i class="swatch swatch-benign" /> benign
          </span>
        </p>
      </div>
      <Chart answer={answer} layers={layers} />
      {layers.length === 0 ? (
        <p class="hint">No connection was reset in this range.</p>
      ) : (
        <ul class="legend">
          {layers.map((layer) => (
            <LegendEntry key={layer.name} layer={layer} teardowns={teardowns} />
          ))}
        </ul>
      )}
    </section>
  );
}

function LegendEntry({ layer, teardowns }: { readonly layer: Layer; readonly teardowns: number }) {
  const resets = sum(layer.resets);
  return (
    <li title={causes.value.get(layer.name)?.summary ?? ""}>
      <i class="swatch" style={{ background: `var(${colourOf(layer)})` }} aria-hidden="true" />
      <span class="legend-name">{layer.name}</span>
      <span class="number">{percent(teardowns === 0 ? null : resets / teardowns)}</span>
      <span class="number muted">{count(resets)}</span>
    </li>
  );
}
