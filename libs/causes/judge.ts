import type { EndedConnection } from "@hangup/connections";
import { E, Evidence } from "./evidence.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { ABORT_RULES } from "./rules/abort.ts";
import { AFTER_CLOSE_RULES } from "./rules/after-close.ts";
import { DIAGNOSTIC_RULES } from "./rules/diagnostic.ts";
import { FIN_RULES } from "./rules/fin.ts";
import { CANCELLED_RULE, INVALID_SEGMENT_RULE, LISTEN_OVERFLOW_RULE, SCAN_RULE } from "./rules/handshake.ts";
import { MPTCP_RULE } from "./rules/mptcp.ts";
import { NOBODY_RULES } from "./rules/nobody.ts";
import { ORPHAN_RULES } from "./rules/orphan.ts";
import { answersSyn, ICMP_RULES, REFUSED_RULES } from "./rules/refused.ts";
import { onlySyn, SILENCE_RULES } from "./rules/silence.ts";
import { THIRD_PARTY_RULES } from "./rules/third-party.ts";
import { UNEXPECTED_SYN_RULE } from "./rules/unexpected-syn.ts";
import { FAREWELL_BYTES, isOneSided, Signs } from "./signs.ts";
import { causeDefinition, type CauseDefinition, type CauseName, type Kind } from "./taxonomy.ts";
import { Verdict } from "./verdict.ts";

/** Rules that come before it is asked whether the RST is bare or an abort. */
const EARLY_RULES: readonly Rule[] = [
  ...DIAGNOSTIC_RULES,
  MPTCP_RULE,
  SCAN_RULE,
  CANCELLED_RULE,
  ...THIRD_PARTY_RULES,
  UNEXPECTED_SYN_RULE,
  ...AFTER_CLOSE_RULES,
];
const BARE_RULES: readonly Rule[] = [INVALID_SEGMENT_RULE, LISTEN_OVERFLOW_RULE, ...NOBODY_RULES];

/** Every rule, in the order of judgement: for the docs, and for tests that no rule is forgotten. */
export const RULES: readonly Rule[] = [
  ...FIN_RULES,
  ...ORPHAN_RULES,
  ...REFUSED_RULES,
  ...EARLY_RULES,
  ...BARE_RULES,
  ...ABORT_RULES,
  ...ICMP_RULES,
  ...SILENCE_RULES,
];

/** A rule as it is tried: all of one shape, what is known of its cause at hand. */
interface Trial extends Pick<Rule, "match"> {
  readonly kind: Kind;
  readonly definition: CauseDefinition;
}

/** The rules of a family, whose rows are of this kind unless a rule says otherwise. */
function trials(kind: Kind, rules: readonly Rule[]): readonly Trial[] {
  return rules.map((rule) => ({ kind: rule.kind ?? kind, definition: definitionOf(rule.cause), match: rule.match }));
}

function definitionOf(cause: CauseName): CauseDefinition {
  const definition = causeDefinition(cause);
  if (definition === undefined) throw new Error(`${cause} is not in the taxonomy`);
  return definition;
}

const FIN = trials("fin", FIN_RULES);
const ORPHAN = trials("reset", ORPHAN_RULES);
const REFUSED = trials("refused", REFUSED_RULES);
const EARLY = trials("reset", EARLY_RULES);
const BARE = trials("reset", BARE_RULES);
const ABORT = trials("reset", ABORT_RULES);
const ICMP = trials("refused", ICMP_RULES);
const SILENCE = trials("timeout", SILENCE_RULES);

const UNKNOWN_RESET = definitionOf("unknown_reset");
const PORT_SCAN = definitionOf("port_scan");

/** A verdict as sure as this needs no other packet. */
const CERTAIN = 95;
/** Direction below this is a guess. */
const SURE_DIRECTION = 90;

/** What a connection is judged with, and what comes of it. */
class Case implements RuleContext {
  readonly evidence = new Evidence();
  readonly signs = new Signs();
  readonly verdict = new Verdict(this.signs, this.evidence);
  readonly population: boolean;

  constructor(population: boolean) {
    this.population = population;
  }
}

/** Says of ended connections what ended them. */
export class Judge {
  readonly #population: boolean;
  readonly #case: Case;
  /** Cases of which the next connection alike needs no judging, by likeness: a few dozen. */
  readonly #alike = new Map<number, Case>();
  /** Most connections are like the one before. */
  #likeness = 0;
  #last: Verdict;

  /** `population`: all connections of the time are seen (a file), so that rules over many of them hold. */
  constructor(population: boolean) {
    this.#population = population;
    this.#case = new Case(population);
    this.#last = this.#case.verdict;
  }

  /** The verdict on the connection. It is used again. */
  judge(c: EndedConnection): Verdict {
    const { likeness } = c;
    if (likeness === 0 || c.captureLoss) return judged(this.#case, c);
    if (likeness !== this.#likeness) {
      this.#last = this.#known(likeness, c);
      this.#likeness = likeness;
    }
    this.#last.connection = c;
    return this.#last;
  }

  #known(likeness: number, c: EndedConnection): Verdict {
    let known = this.#alike.get(likeness);
    if (known === undefined) {
      known = new Case(this.#population);
      judged(known, c);
      this.#alike.set(likeness, known);
    }
    return known.verdict;
  }
}

function judged(k: Case, c: EndedConnection): Verdict {
  const { evidence, signs, verdict } = k;
  evidence.clear();
  signs.read(c);
  signs.note(c, evidence);
  verdict.connection = c;
  const { endedBy } = c;
  if (endedBy === "fin") apply(k, FIN, c);
  else if (endedBy === "icmp") apply(k, ICMP, c);
  else if (c.rst !== null) judgeReset(k, c);
  else if (endedBy === "rst") settle(verdict, "reset", UNKNOWN_RESET, 30, c);
  else judgeSilence(k, c);
  return verdict;
}

function judgeReset(k: Case, c: EndedConnection): void {
  if (c.onlyRsts) apply(k, ORPHAN, c);
  else if (answersSyn(c)) apply(k, REFUSED, c);
  else if (apply(k, EARLY, c)) return;
  else if (!apply(k, k.signs.bare ? BARE : ABORT, c)) settle(k.verdict, "reset", UNKNOWN_RESET, 30, c);
}

function judgeSilence(k: Case, c: EndedConnection): void {
  const { verdict: v, evidence, population } = k;
  const watched = c.occasion !== "evicted" && c.occasion !== "stopped";
  if (watched && apply(k, SILENCE, c)) return;
  const oneWay = (c.client.packets === 0 || c.server.packets === 0) && !onlySyn(c) && !c.oddOpen;
  const scan = c.scanned && population;
  v.kind = c.occasion === "evicted" || evidence.note(E.one_way, oneWay) ? "not_observed" : "open";
  v.definition = scan ? PORT_SCAN : null;
  v.confidence = scan ? 90 : 0;
  v.benign = false;
}

/** The first rule that applies; false when none does. */
function apply(k: Case, rules: readonly Trial[], c: EndedConnection): boolean {
  for (const rule of rules) {
    const confidence = rule.match(c, k);
    if (confidence === 0) continue;
    settle(k.verdict, rule.kind, rule.definition, confidence, c);
    return true;
  }
  return false;
}

function settle(v: Verdict, kind: Kind, definition: CauseDefinition, confidence: number, c: EndedConnection): void {
  v.kind = kind;
  v.definition = definition;
  v.benign = benignOf(c, definition);
  let scaled = confidence;
  // Without the handshake the numbers have no origin; FINs need none.
  if (c.midstream && !c.onlyRsts && kind !== "fin") scaled *= 0.8;
  if (c.directionConfidence < SURE_DIRECTION && !c.onlyRsts) scaled *= 0.8;
  // What was lost may have told otherwise. Only the order of two FINs stands on their own numbers.
  if (c.captureLoss && !(kind === "fin" && confidence >= CERTAIN)) scaled *= 0.7;
  v.confidence = Math.round(scaled);
}

/** Does the end harm nobody? null where the capture cannot tell. */
function benignOf(c: EndedConnection, { name, benign }: CauseDefinition): boolean | null {
  const { rst } = c;
  if (typeof benign === "boolean") {
    if (name !== "app_abort" || c.onlyRsts || rst === null) return benign;
    // Without payload in the capture, or one side of it, an abort after all was said cannot be told from any other.
    if (!c.flagsOnly) return isOneSided(c, rst) ? null : benign;
    return rst.peerFin || (c.client.sentPayload && c.server.sentPayload) ? null : benign;
  }
  if (rst === null) return null;
  if ((rst.flags & 16) !== 0) return rst.ackBeyondOwnFin <= FAREWELL_BYTES;
  return c.flagsOnly || Number.isNaN(rst.peerBeyondOwnFin) ? null : rst.peerBeyondOwnFin <= FAREWELL_BYTES;
}
