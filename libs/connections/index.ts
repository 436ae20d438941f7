export { CLIENT, EndedConnection, PAYLOAD_KEPT, RstFacts, SERVER, SideFacts } from "./ended.ts";
export type { EndedBy, Occasion, RefusalTtl, SideIndex, Stage } from "./ended.ts";
export type { EndedSink } from "./lifetimes.ts";
export { FIRST_RTO_US, MOST_COPIES } from "./limits.ts";
export { RecentPackets } from "./recent-packets.ts";
export { RST_FORMS, type RstForm } from "./rst-form.ts";
export type { NotesExchange, NotesOfShare } from "./shared-notes.ts";
export { ahead, later, unsigned } from "./sequence.ts";
export { Tracker } from "./tracker.ts";
export { SEEDS } from "./table.ts";
export { TrackerCounters, type TrackerOptions } from "./tracking.ts";
export {
  Conversation,
  interleave,
  type ConversationOptions,
  type SegmentFields,
  type Speaker,
} from "./conversation.ts";
