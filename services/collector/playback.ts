import { setTimeout as sleep } from "node:timers/promises";
import type { ConfigOf, Logger } from "@hangup/service";
import type { Teardown } from "@hangup/teardowns";
import { captureSpan } from "./capture/span.ts";
import type { CollectorOptions } from "./options.ts";
import { Replay, shiftRow } from "./replay.ts";

export type Emit = (row: Teardown) => void;

/** What happens to the times of the rows between observer and output. */
export interface Playback {
  sink(emit: Emit): Emit;
  /** After the last packet: gives out what was kept back, in its time. */
  play(): Promise<void>;
  stop(): void;
}

const DAY_MS = 86_400_000;
const STEP_MS = 100;

const asTheyCome: Playback = { sink: (emit) => emit, play: async () => undefined, stop: () => undefined };

/** Looks at a capture file's times before it is read. @throws HangupError for one that cannot be read. */
export async function planFile(config: ConfigOf<CollectorOptions>, log: Logger): Promise<Playback> {
  const { read, shiftToNow, pace, loop } = config;
  if (read === undefined || read === "-") return asTheyCome;
  const span = await captureSpan(read, shiftToNow ? "all" : "beginning");
  if (span === null) return asTheyCome;
  const nowUs = Date.now() * 1_000;
  if (!shiftToNow) {
    if (nowUs - span.firstUs > config.retention * 1_000 && !config.dryRun) {
      const began = new Date(span.firstUs / 1_000).toISOString();
      log.warn(
        `${read} begins at ${began}: events older than the retention of ${Math.round(config.retention / DAY_MS)} days will be refused. ` +
          "--shift-to-now moves its times to now",
      );
    }
    return asTheyCome;
  }
  if (pace) return pacedPlayback(loop, span.firstUs, span.lastUs);
  const shiftUs = nowUs - span.lastUs;
  return { ...asTheyCome, sink: (emit) => (row) => emit(shiftRow(row, shiftUs)) };
}

function pacedPlayback(loop: boolean, firstUs: number, lastUs: number): Playback {
  const stopping = new AbortController();
  let replay: Replay;
  return {
    sink: (emit) => {
      replay = new Replay(loop, emit);
      return (row) => replay.take(row);
    },
    play: async () => {
      replay.begin(firstUs, lastUs, Date.now() * 1_000);
      while (!stopping.signal.aborted && replay.advance(Date.now() * 1_000)) {
        await sleep(STEP_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    },
    stop: () => stopping.abort(),
  };
}
