/** Time as a service sees it, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `ms` (at once when that is past), or at once when the signal is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const timer = setTimeout(finish, Math.max(ms, 0));
      signal?.addEventListener("abort", finish);
    }),
};

/** How long to wait before try number `attempt` (from 1) is repeated: 0.5 s, doubling, at most `limitMs`. */
export function backOff(attempt: number, limitMs: number): number {
  return Math.min(500 * 2 ** Math.min(attempt - 1, 20), limitMs);
}
