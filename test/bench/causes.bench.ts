import { Judge } from "@hangup/causes";
import { type EndedConnection, Tracker } from "@hangup/connections";
import { CaptureDecoder, openCapture } from "@hangup/packets";

import { benchCapture } from "./capture.ts";
import { median } from "./median.ts";

export const name = "causes: the engine with all rules beside the engine without any";

const ROUNDS = 5;

/** Runs both in turn within one process, the first round of each for nothing: it compiles. */
export async function run(): Promise<void> {
  const file = benchCapture();
  const without: number[] = [];
  const withRules: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const judge = new Judge(true);
    let reasons = 0;
    const bare = await follow(file, () => true);
    const judged = await follow(file, (ended) => {
      if (judge.judge(ended).cause !== "") reasons++;
      return true;
    });
    if (reasons === 0) throw new Error("no cause was named");
    if (round === 0) continue;
    without.push(bare);
    withRules.push(judged);
  }
  const bare = median(without);
  const judged = median(withRules);
  console.log(
    `  without causes ${bare.toFixed(2)} s, with all ${judged.toFixed(2)} s: ${percent(judged / bare - 1)} more`,
  );
}

/** Seconds from the first byte to the last connection. */
async function follow(file: string, sink: (ended: EndedConnection) => boolean): Promise<number> {
  const started = performance.now();
  const tracker = new Tracker({ settleUs: null, silenceUs: 120_000_000, maxMemoryBytes: 2 ** 31 }, sink);
  const decoder = new CaptureDecoder((segment) => tracker.track(segment), {}, null, tracker.fastPath);
  for await (const chunk of await openCapture(file)) decoder.push(chunk);
  decoder.end();
  tracker.finish();
  return (performance.now() - started) / 1000;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
