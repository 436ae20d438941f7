export { Evidence, EVIDENCE, type EvidenceName } from "./evidence.ts";
export { type Alternative, evidenceWords, explain, type ExplainedRow, type Explanation } from "./explanation.ts";
export { causeFacts, causeIndex, causePage } from "./guide.ts";
export { Judge, RULES } from "./judge.ts";
export type { Rule, RuleContext } from "./rule.ts";
export { CAUSES, causeDefinition, type CauseDefinition, type CauseName, type Kind, type Need } from "./taxonomy.ts";
export { NameSet } from "./name-set.ts";
export { statedReason } from "./stated-reason.ts";
export { RULE_VERSION, Verdict } from "./verdict.ts";
