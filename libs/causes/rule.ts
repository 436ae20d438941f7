import type { EndedConnection } from "@hangup/connections";
import type { Evidence, EvidenceName } from "./evidence.ts";
import type { Signs } from "./signs.ts";
import type { CauseName, Kind, Need } from "./taxonomy.ts";

/** What a rule looks at, besides the connection itself. */
export interface RuleContext {
  readonly evidence: Evidence;
  /** Facts that several rules share; those of the ending RST are meaningful where there is one. */
  readonly signs: Signs;
  /** The whole population is at hand (a file): rules that need it say their cause, else they leave it as evidence. */
  readonly population: boolean;
}

/** One row of the table of causes: when it applies, and how sure it is. */
export interface Rule {
  readonly cause: CauseName;
  /** The row's kind where it is not that of the family, or where the cause occurs under several. */
  readonly kind?: Kind;
  readonly needs: readonly Need[];
  /** What `match` answers where the rule applies, the surest first: less evidence, or a capture of flags alone, tells less. */
  readonly confidence: readonly number[];
  /** Evidence without which the rule does not apply, where several rules say the same cause: tells which one spoke. */
  readonly given?: EvidenceName;
  /** What it rests on: RFC section, kernel behaviour. */
  readonly source: string;
  /** Other causes that the same packets may come from. */
  readonly confusedWith: readonly string[];
  /** One of `confidence` where the rule applies, else 0. */
  readonly match: (c: EndedConnection, context: RuleContext) => number;
}
