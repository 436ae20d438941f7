import type { RstFacts } from "@hangup/connections";

/**
 * What a RST says of itself, where it says anything: three ways, all of them rare.
 * - The diagnostic payload (draft-ietf-tcpm-rst-diagnostic-payload), 8 bytes in network order:
 *   `0x33aa (2 bytes) | reason code (2) | private enterprise number (4)`. Number 0: the code is one of the list below.
 * - An MPTCP option with a reset reason (RFC 8684 3.6).
 * - A text without any form (RFC 1122 4.2.2.12).
 */
const DIAGNOSTIC_MAGIC = 0x33aa;
const DIAGNOSTIC_BYTES = 8;

/** The draft's first list of TCP failure causes, by code. */
const DIAGNOSTIC_CODES: Readonly<Record<number, string>> = {
  1: "illegal option length",
  2: "desynchronized state",
  3: "new data after close",
  4: "abort",
  5: "unexpected ACK before the handshake was done",
  6: "unexpected SYN in the window",
  7: "unexpected security compartment",
  8: "malformed message",
  9: "not authorized",
  10: "resource exceeded",
  11: "network failure",
  12: "reset by the peer",
  13: "destination unreachable",
  14: "connection timeout",
  15: "too much outstanding data",
  16: "unacceptable performance",
  17: "middlebox interference",
};

/** RFC 8684 3.6, by reason. */
const MPTCP_REASONS: Readonly<Record<number, string>> = {
  0: "unspecified error",
  1: "MPTCP error",
  2: "lack of resources",
  3: "administratively prohibited",
  4: "too much outstanding data",
  5: "unacceptable performance",
  6: "middlebox interference",
};

type Stated = Pick<RstFacts, "mptcpReason" | "payload" | "payloadKept" | "payloadLength">;

/** A payload of another length, or with the reserved code 0, is none (the draft: to be ignored). */
function hasDiagnostic({ payload, payloadKept, payloadLength }: Stated): boolean {
  if (payloadKept !== DIAGNOSTIC_BYTES || payloadLength !== DIAGNOSTIC_BYTES) return false;
  return number(payload, 0, 2) === DIAGNOSTIC_MAGIC && number(payload, 2, 2) !== 0;
}

/** The code of the diagnostic payload's common list; 0 for none, or one of a vendor's own. */
export function diagnosticCode(rst: Stated): number {
  return hasDiagnostic(rst) && number(rst.payload, 4, 4) === 0 ? number(rst.payload, 2, 2) : 0;
}

/** The reason that the RST states in a known form: `diagnostic 14: connection timeout`; '' for none. */
export function statedReason(rst: Stated): string {
  if (hasDiagnostic(rst)) {
    const code = number(rst.payload, 2, 2);
    const enterprise = number(rst.payload, 4, 4);
    if (enterprise !== 0) return `diagnostic ${code} of enterprise ${enterprise}`;
    return named("diagnostic", code, DIAGNOSTIC_CODES);
  }
  return rst.mptcpReason < 0 ? "" : named("mptcp", rst.mptcpReason, MPTCP_REASONS);
}

function named(form: string, code: number, names: Readonly<Record<number, string>>): string {
  const name = names[code];
  return name === undefined ? `${form} ${code}` : `${form} ${code}: ${name}`;
}

/** Does the RST carry words for people? Printable ASCII, with a line end perhaps. */
export function hasText({ payload, payloadKept }: Stated): boolean {
  let letters = 0;
  for (let i = 0; i < payloadKept; i++) {
    const byte = payload[i];
    if (byte >= 0x20 && byte < 0x7f) letters++;
    else if (byte !== 0 && byte !== 0x0a && byte !== 0x0d) return false;
  }
  return letters >= 2;
}

function number(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = at; i < at + size; i++) value = value * 256 + bytes[i];
  return value;
}
