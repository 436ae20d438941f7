/** Time as the collector needs it; a test has its own. */
export interface Timers {
  after(ms: number, run: () => void): { cancel(): void };
}

export const systemTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
