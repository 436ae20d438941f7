import { addChecksum } from "../checksum.ts";
import { join, u16, u32 } from "./bytes.ts";

/** What a TCP segment says; everything left out is 0 or absent, the window 64,240. */
export interface TcpFields {
  readonly srcPort: number;
  readonly dstPort: number;
  readonly seq?: number;
  readonly ack?: number;
  /** Letters of `FSRPAUEC`, as tcpdump's filters name them, or the byte. */
  readonly flags?: string | number;
  readonly window?: number;
  readonly mss?: number;
  readonly windowScale?: number;
  readonly sackPermitted?: boolean;
  readonly timestamps?: { readonly value: number; readonly echo?: number };
  readonly fastOpenCookie?: readonly number[];
  /** Reason of an MPTCP MP_TCPRST option. */
  readonly mptcpResetReason?: number;
  /** Option bytes put before all others, for what has no field here. */
  readonly rawOptions?: readonly number[];
  readonly payload?: Uint8Array | string | number;
}

const FLAGS = "FSRPAUEC";

/** "SA" to the flag byte. */
export function flagByte(flags: string | number): number {
  if (typeof flags === "number") return flags;
  return flags.split("").reduce((byte, letter) => byte | (1 << FLAGS.indexOf(letter)), 0);
}

/** Options in the order that Linux writes them in a SYN, padded to a multiple of 4. */
function optionBytes(fields: TcpFields): number[] {
  const bytes: number[] = [...(fields.rawOptions ?? [])];
  if (fields.mss !== undefined) bytes.push(2, 4, ...u16(fields.mss));
  if (fields.sackPermitted === true) bytes.push(4, 2);
  if (fields.timestamps !== undefined) {
    // Without SACK before it, two NOPs keep the values aligned.
    if (bytes.length % 4 === 0) bytes.push(1, 1);
    bytes.push(8, 10, ...u32(fields.timestamps.value), ...u32(fields.timestamps.echo ?? 0));
  }
  if (fields.windowScale !== undefined) bytes.push(1, 3, 3, fields.windowScale);
  if (fields.fastOpenCookie !== undefined) bytes.push(34, 2 + fields.fastOpenCookie.length, ...fields.fastOpenCookie);
  if (fields.mptcpResetReason !== undefined) bytes.push(30, 4, 0x80, fields.mptcpResetReason);
  while (bytes.length % 4 !== 0) bytes.push(bytes.length % 4 === 3 ? 0 : 1);
  return bytes;
}

/** Header and payload, the checksum still 0: it needs the addresses. A number as payload is that many zero bytes. */
export function tcpBytes(fields: TcpFields): Uint8Array {
  const options = optionBytes(fields);
  const { payload = "" } = fields;
  const data =
    typeof payload === "string"
      ? new TextEncoder().encode(payload)
      : typeof payload === "number"
        ? new Uint8Array(payload)
        : payload;
  return join(
    [...u16(fields.srcPort), ...u16(fields.dstPort), ...u32(fields.seq ?? 0), ...u32(fields.ack ?? 0)],
    [(5 + options.length / 4) << 4, flagByte(fields.flags ?? 0), ...u16(fields.window ?? 64_240), 0, 0, 0, 0],
    options,
    data,
  );
}

/** Puts the checksum of a TCP (at 16) or UDP (at 6) segment in place, for these addresses (RFC 9293 3.1). */
export function fillChecksum(segment: Uint8Array, at: number, protocol: number, addresses: readonly number[]): void {
  segment[at] = 0;
  segment[at + 1] = 0;
  const pseudo = Uint8Array.from([...addresses, ...u32(segment.length), 0, 0, 0, protocol]);
  const sum = addChecksum(addChecksum(0, pseudo, 0, pseudo.length), segment, 0, segment.length);
  segment.set(u16(~sum), at);
}
