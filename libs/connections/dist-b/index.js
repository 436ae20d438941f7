export { CLIENT, EndedConnection, RstFacts, SERVER, SideFacts } from "./ended.js";
export { RST_FORMS } from "./rst-form.js";
export { ahead, later, unsigned } from "./sequence.js";
export { Tracker } from "./tracker.js";
export { TrackerCounters } from "./tracking.js";
export { Conversation, interleave } from "./conversation.js";
//# sourceMappingURL=index.js.map
