import { CLIENT, type EndedConnection, type SideIndex } from "@hangup/connections";
import { E, Evidence } from "./evidence.ts";
import type { Rule, RuleContext } from "./rule.ts";
import { ABORT_RULES } from "./rules/abort.ts";
import { AFTER_CLOSE_RULES } from "./rules/after-close.ts";
import { DIAGNOSTIC_RULES } from "./rules/diagnostic.ts";
import { FIN_RULES, firstFinOf } from "./rules/fin.ts";
import { CANCELLED_RULE, INVALID_SEGMENT_RULE, LISTEN_OVERFLOW_RULE, SCAN_RULE } from "./rules/handshake.ts";
import { MPTCP_RULE } from "./rules/mptcp.ts";
import { NOBODY_RULES } from "./rules/nobody.ts";
import { ORPHAN_RULES } from "./rules/orphan.ts";
import { answersSyn, ICMP_RULES, REFUSED_RULES } from "./rules/refused.ts";
import { onlySyn, repeater, SILENCE_RULES } from "./rules/silence.ts";
import { THIRD_PARTY_RULES } from "./rules/third-party.ts";
import { UNEXPECTED_SYN_RULE } from "./rules/unexpected-syn.ts";
import { FAREWELL_BYTES, Signs } from "./signs.ts";
import { causeDefinition, type Kind } from "./taxonomy.ts";
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

/** A verdict as sure as this needs no other packet. */
const CERTAIN = 95;
/** Direction below this is a guess. */
const SURE_DIRECTION = 90;

/** Says of ended connections what ended them. */
export class Judge {
  readonly #verdict = new Verdict();
  readonly #evidence = new Evidence();
  readonly #signs = new Signs();
  readonly #context: RuleContext;

  /** `population`: all connections of the time are seen (a file), so that rules over many of them hold. */
  constructor(population: boolean) {
    this.#context = { evidence: this.#evidence, signs: this.#signs, population };
  }

  /** The verdict on the connection: the same object each time. */
  judge(c: EndedConnection): Verdict {
    const v = this.#verdict;
    this.#evidence.clear();
    this.#signs.read(c);
    this.#signs.note(c, this.#evidence);
    v.benign = false;
    v.parent = "";
    if (c.endedBy === "fin") this.#apply("fin", FIN_RULES, c);
    else if (c.endedBy === "icmp") this.#apply("refused", ICMP_RULES, c);
    else if (c.rst !== null) this.#judgeReset(c);
    else if (c.endedBy === "rst") this.#settle("reset", "unknown_reset", 30, c);
    else this.#judgeSilence(c);
    v.firstFinBy = sideName(firstFinOf(c));
    v.firstRstBy = sideName(c.firstRst);
    v.sender = senderOf(c, v.kind, v.cause);
    v.evidence = this.#evidence.names();
    return v;
  }

  #judgeReset(c: EndedConnection): void {
    if (c.onlyRsts) this.#apply("reset", ORPHAN_RULES, c);
    else if (answersSyn(c)) this.#apply("refused", REFUSED_RULES, c);
    else if (this.#apply("reset", EARLY_RULES, c)) return;
    else if (!this.#apply("reset", this.#signs.bare ? BARE_RULES : ABORT_RULES, c))
      this.#settle("reset", "unknown_reset", 30, c);
  }

  #judgeSilence(c: EndedConnection): void {
    const v = this.#verdict;
    const watched = c.occasion !== "evicted" && c.occasion !== "stopped";
    if (watched && this.#apply("timeout", SILENCE_RULES, c)) return;
    const oneWay = (c.client.packets === 0 || c.server.packets === 0) && !onlySyn(c) && !c.oddOpen;
    v.kind = c.occasion === "evicted" || this.#evidence.note(E.one_way, oneWay) ? "not_observed" : "open";
    v.cause = c.scanned && this.#context.population ? "port_scan" : "";
    v.confidence = v.cause === "" ? 0 : 90;
  }

  /** The first rule that applies; false when none does. */
  #apply(kind: Kind, rules: readonly Rule[], c: EndedConnection): boolean {
    for (const rule of rules) {
      const confidence = rule.match(c, this.#context);
      if (confidence === 0) continue;
      this.#settle(rule.kind ?? kind, rule.cause, confidence, c);
      return true;
    }
    return false;
  }

  #settle(kind: Kind, cause: Rule["cause"], confidence: number, c: EndedConnection): void {
    const v = this.#verdict;
    const definition = causeDefinition(cause);
    v.kind = kind;
    v.cause = cause;
    v.parent = definition?.parent ?? "";
    v.benign = definition === undefined ? false : benignOf(c, cause, definition.benign);
    let scaled = confidence;
    // Without the handshake the numbers have no origin; FINs need none.
    if (c.midstream && !c.onlyRsts && kind !== "fin") scaled *= 0.8;
    if (c.directionConfidence < SURE_DIRECTION && !c.onlyRsts) scaled *= 0.8;
    // What was lost may have told otherwise. Only the order of two FINs stands on their own numbers.
    if (c.captureLoss && !(kind === "fin" && confidence >= CERTAIN)) scaled *= 0.7;
    v.confidence = Math.round(scaled);
  }
}

/** Does the end harm nobody? null where the capture cannot tell. */
function benignOf(c: EndedConnection, cause: string, benign: boolean | "small"): boolean | null {
  if (benign === "small") {
    const { rst } = c;
    if (rst === null) return null;
    if ((rst.flags & 16) !== 0) return rst.ackBeyondOwnFin <= FAREWELL_BYTES;
    return c.flagsOnly || Number.isNaN(rst.peerBeyondOwnFin) ? null : rst.peerBeyondOwnFin <= FAREWELL_BYTES;
  }
  // Without payload in the capture an abort after all was said cannot be told from any other.
  const mayBeShortcut = c.rst !== null && (c.rst.peerFin || (c.client.sentPayload && c.server.sentPayload));
  if (cause === "app_abort" && c.flagsOnly && !c.onlyRsts && mayBeShortcut) return null;
  return benign;
}

function senderOf(c: EndedConnection, kind: Kind, cause: string): "client" | "server" | "" {
  if (kind === "fin") return sideName(firstFinOf(c));
  if (kind === "reset" || kind === "refused") return sideName(c.firstRst);
  if (kind !== "timeout") return "";
  if (onlySyn(c) || cause === "listen_overflow") return "server";
  const repeats = repeater(c);
  if (repeats !== null) return repeats === c.client ? "server" : "client";
  if (c.client.fin !== c.server.fin) return c.client.fin ? "server" : "client";
  return "client";
}

function sideName(side: SideIndex | null): "client" | "server" | "" {
  return side === null ? "" : side === CLIENT ? "client" : "server";
}
