import type { Segment } from "@hangup/packets";
import { Conversation, type ConversationOptions } from "../conversation.ts";
import type { EndedConnection } from "../ended.ts";
import { Tracker } from "../tracker.ts";
import type { TrackerOptions } from "../tracking.ts";

/** What stays of a handed-out connection, which is one object used again. */
export function kept(c: EndedConnection) {
  const { client, server } = c;
  return {
    occasion: c.occasion,
    endedBy: c.endedBy,
    ports: [client.port, server.port],
    packets: [client.packets, server.packets],
    bytes: [client.bytes, server.bytes],
    whole: [client.bytesWhole, server.bytesWhole],
    retransmits: [client.retransmits, server.retransmits],
    probes: [client.probes, server.probes],
    ttls: [client.ttls, server.ttls].map((set) => [0, 8, 16, 24].map((shift) => (set >>> shift) & 255).filter(Boolean)),
    isn: [client.hasIsn ? client.isn : null, server.hasIsn ? server.isn : null],
    fins: [client.fin, server.fin],
    stage: c.stage,
    history: c.history,
    connState: c.connState,
    midstream: c.midstream,
    direction: c.directionConfidence,
    rsts: [c.rstCount, c.rstIgnored],
    late: c.lateSegments,
    rttUs: server.roundTripUs,
    idleUs: c.idleUs,
    durationUs: c.endUs - c.startUs,
    flagsOnly: c.flagsOnly,
  };
}
export type Kept = ReturnType<typeof kept>;

export const FILE: TrackerOptions = { settleUs: null, silenceUs: 120_000_000, maxMemoryBytes: 2 ** 26, seed: 1 };

export function track(
  segments: readonly Segment[],
  options: Partial<TrackerOptions> = {},
): { rows: Kept[]; tracker: Tracker } {
  const rows: Kept[] = [];
  const tracker = new Tracker({ ...FILE, ...options }, (ended) => {
    rows.push(kept(ended));
    return ended.endedBy !== "none" || ended.occasion !== "silence";
  });
  for (const segment of segments) tracker.track(segment);
  tracker.finish();
  return { rows, tracker };
}

export const play = (text: string, options: ConversationOptions = {}): Segment[] =>
  new Conversation(options).play(text).segments;

/** All that a connection commonly has. */
export const WHOLE = "cS sSA cA cD200 sA sD3000 cA cF sA sF cA";
