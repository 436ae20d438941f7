import type { SideFacts } from "@hangup/connections";

/** The first sending and four repetitions: beyond R1 (RFC 9293 3.8.3). */
export const TRIES = 5;

/** Its last data, FIN or probe was sent again and again and never answered. */
export function repeatsInVain(side: SideFacts): boolean {
  return (side.lastTries >= TRIES && side.lastUnanswered) || side.probes >= TRIES;
}
