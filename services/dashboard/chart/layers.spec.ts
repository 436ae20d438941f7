import { describe, expect, it } from "vitest";
import type { SeriesAnswer } from "../api/shapes.ts";
import { layersOf } from "./layers.ts";

interface Given {
  readonly resets: readonly number[];
  readonly abnormal?: boolean;
  readonly undecided?: boolean;
}

/** Three steps with 100, 0 and 50 ends. */
const teardowns = [100, 0, 50];

function columns({ resets, abnormal = false, undecided = false }: Given) {
  const zeros = resets.map(() => 0);
  const rates = resets.map((value, i) => (teardowns[i] === 0 ? null : value / teardowns[i]));
  return {
    teardowns,
    resets: [...resets],
    abnormal_resets: abnormal ? [...resets] : zeros,
    undecided_resets: undecided ? [...resets] : zeros,
    timeouts: zeros,
    fins: zeros,
    attempts: zeros,
    refused: zeros,
    failed_attempts: zeros,
    orphan_resets: zeros,
    rst_rate: rates,
    abnormal_rst_rate: rates,
    abnormal_rst_rate_max: rates,
    refused_rate: rates,
  };
}

function answerOf(series: Readonly<Record<string, Given>>, other: Given | null = null): SeriesAnswer {
  return {
    range: { from: "", to: "" },
    step_seconds: 60,
    times: [0, 60, 120],
    series: Object.entries(series).map(([cause, given]) => ({ group: { cause }, ...columns(given) })),
    other: other && columns(other),
  };
}

describe("layersOf", () => {
  it("stacks abnormal, undecided, benign; most resets first; each share on those below", () => {
    const layers = layersOf(
      answerOf({
        rst_instead_of_fin: { resets: [10, 0, 5] },
        injected: { resets: [1, 0, 1], abnormal: true },
        data_after_close: { resets: [2, 0, 0], undecided: true },
        app_abort: { resets: [4, 0, 2], abnormal: true },
      }),
    );
    expect(layers.map(({ name, meaning, shade, tops }) => [name, meaning, shade, tops])).toEqual([
      ["app_abort", "abnormal", 0, [0.04, null, 0.04]],
      ["injected", "abnormal", 1, [0.05, null, 0.06]],
      ["data_after_close", "undecided", 0, [0.07, null, 0.06]],
      ["rst_instead_of_fin", "benign", 0, [expect.closeTo(0.17), null, expect.closeTo(0.16)]],
    ]);
  });

  it("leaves out causes without a reset, and puts the rest last within its meaning", () => {
    const layers = layersOf(
      answerOf(
        { fin_client_first: { resets: [0, 0, 0] }, app_abort: { resets: [1, 0, 0], abnormal: true } },
        { resets: [9, 0, 9], abnormal: true },
      ),
    );
    expect(layers.map(({ name }) => name)).toEqual(["app_abort", "other"]);
  });
});
