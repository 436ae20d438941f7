import uPlot from "uplot";
import type { SeriesAnswer } from "../api/shapes.ts";
import type { Layer } from "./layers.ts";

/** Where the pointer is: the step's index and its place from the left of the chart, CSS pixels. */
export interface Pointed {
  readonly index: number;
  readonly left: number;
}

const bars = uPlot.paths.bars?.({ size: [0.86, 40], align: 1 });

/** A chart of stacked bars, one a step. Empty steps stay empty: without ends there is no rate. */
export class Plot {
  readonly #plot: uPlot;
  #answer: SeriesAnswer;

  constructor(
    host: HTMLElement,
    answer: SeriesAnswer,
    layers: readonly Layer[],
    colours: { layers: readonly string[]; ink: string; line: string; font: string },
    pointed: (at: Pointed | null) => void,
  ) {
    this.#answer = answer;
    const axis: uPlot.Axis = {
      stroke: colours.ink,
      font: colours.font,
      grid: { stroke: colours.line, width: 1 },
      ticks: { show: false },
    };
    this.#plot = new uPlot(
      {
        width: host.clientWidth || 600,
        height: host.clientHeight || 240,
        padding: [10, 14, 0, 0],
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, y: false, points: { show: false }, x: true },
        scales: {
          x: {
            time: true,
            range: () => [Date.parse(this.#answer.range.from) / 1_000, Date.parse(this.#answer.range.to) / 1_000],
          },
          y: { range: (_, __, most) => [0, Math.max(most * 1.08, 0.01)] },
        },
        axes: [
          { ...axis, grid: { show: false }, space: 64, size: 28, gap: 6, values: timeLabels },
          { ...axis, size: 52, gap: 6, space: 44, values: (_, splits) => percentLabels(splits) },
        ],
        // The highest is drawn first, and the others over it.
        series: [
          {},
          ...layers.toReversed().map((layer, i): uPlot.Series => {
            const fill = colours.layers[layers.length - 1 - i];
            return { label: layer.name, fill, width: 0, ...(bars ? { paths: bars } : {}), points: { show: false } };
          }),
        ],
        hooks: {
          setCursor: [
            (plot) => {
              const { idx, left } = plot.cursor;
              pointed(
                idx === null || idx === undefined || left === undefined || left < 0 ? null : { index: idx, left },
              );
            },
          ],
        },
      },
      dataOf(answer, layers),
      host,
    );
  }

  update(answer: SeriesAnswer, layers: readonly Layer[]): void {
    this.#answer = answer;
    this.#plot.setData(dataOf(answer, layers));
  }

  resize(width: number, height: number): void {
    this.#plot.setSize({ width, height });
  }

  /** Where the plotting area begins, CSS pixels from the left of the chart. */
  get inset(): number {
    return this.#plot.over.offsetLeft;
  }

  destroy(): void {
    this.#plot.destroy();
  }
}

function dataOf(answer: SeriesAnswer, layers: readonly Layer[]): uPlot.AlignedData {
  return [[...answer.times], ...layers.toReversed().map(({ tops }) => [...tops])];
}

/** `14:05`, and the day where it changes. */
function timeLabels(_: uPlot, splits: number[]): string[] {
  return splits.map((seconds) => {
    const time = new Date(seconds * 1_000);
    const midnight = time.getHours() === 0 && time.getMinutes() === 0;
    return midnight
      ? time.toLocaleDateString("en-GB", { day: "numeric", month: "short" })
      : time.toLocaleTimeString("en-GB", {
          hour: "2-digit",
          minute: "2-digit",
          ...(time.getSeconds() ? { second: "2-digit" } : {}),
        });
  });
}

/** As many decimals as tell the lines apart. */
function percentLabels(splits: readonly number[]): string[] {
  const step = splits.length > 1 ? (splits[1] - splits[0]) * 100 : 1;
  const decimals = [0, 1, 2].find((digits) => Math.abs(step - Number(step.toFixed(digits))) < 1e-9) ?? 3;
  return splits.map((value) => `${(value * 100).toFixed(decimals)}\u202f%`);
}
