import { HangupError } from "@hangup/service";
import { captureDamages, captureFault, type Observer } from "@hangup/teardowns";
import type { Source } from "./source.ts";

/** A capture on its way through the collector. */
export interface Passage {
  readonly source: Source;
  readonly observer: Observer;
  readonly live: boolean;
  /** What messages call it. */
  readonly name: string;
  /** Judges what is left. */
  readonly endCapture: () => void;
}

/**
 * Waits for the end of the capture; resolves with what of a file could not be read, one sentence each. What was read
 * before is told all the same.
 * @throws HangupError when nothing could be read at all, or a live capture cannot go on.
 */
export async function faultsAtEnd({ source, observer, live, name, endCapture }: Passage): Promise<string[]> {
  const faults: string[] = [];
  const attempt = async (step: () => void | Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      const fault = captureFault(error, name);
      if (live || observer.counters.packets === 0 || !(fault instanceof HangupError)) throw fault;
      faults.push(fault.message);
    }
  };
  await attempt(() => source.finished);
  await attempt(endCapture);
  return live ? faults : [...faults, ...captureDamages(name, observer.counters.decode, source.damage)];
}
