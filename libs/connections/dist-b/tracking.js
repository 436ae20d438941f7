export class TrackerCounters {
  /** TCP segments, copies included. */
  segments = 0;
  /** Copies of a segment that was seen just before. */
  copies = 0;
  /** Segments of connections that were judged long before. */
  stragglers = 0;
  /** Connections that were begun. */
  connections = 0;
  /** Connections forgotten before their end because memory was short, by what they were. */
  evictedHalfOpen = 0;
  evictedIdle = 0;
  /** Ended connections that had to be judged before their time. */
  evictedEnded = 0;
  /** Segments that found no room at all. */
  untracked = 0;
}
//# sourceMappingURL=tracking.js.map
