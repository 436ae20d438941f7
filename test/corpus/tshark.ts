import { execFileSync, spawnSync } from "node:child_process";

import { CaptureDecoder, type Segment } from "@hangup/packets";

/** Whether tshark is installed. */
export const hasTshark = spawnSync("tshark", ["--version"]).status === 0;

/** A field as tshark prints it, and the same of a segment; "" where tshark has no such field. */
interface Field {
  readonly name: string;
  readonly of: (segment: Segment) => string;
  /** Turns tshark's text into that of `of`. */
  readonly read?: (text: string) => string;
}

const number = (text: string): string => String(Number(text));
const known = (value: number): string => (value < 0 ? "" : String(value));

const FIELDS: readonly Field[] = [
  { name: "tcp.srcport", of: (s) => String(s.srcPort) },
  { name: "tcp.dstport", of: (s) => String(s.dstPort) },
  { name: "tcp.seq_raw", of: (s) => String(s.seq) },
  { name: "tcp.ack_raw", of: (s) => String(s.ack) },
  { name: "tcp.flags", of: (s) => String(s.flags), read: (text) => String(Number(text) & 255) },
  { name: "tcp.window_size_value", of: (s) => String(s.window) },
  { name: "tcp.len", of: (s) => String(s.payloadLength) },
  { name: "tcp.hdr_len", of: (s) => String(s.tcpHeaderLength) },
  { name: "ip.ttl", of: (s) => (s.family === 4 ? String(s.ttl) : "") },
  { name: "ip.id", of: (s) => (s.family === 4 ? String(s.ipId) : ""), read: number },
  { name: "ipv6.hlim", of: (s) => (s.family === 6 ? String(s.ttl) : "") },
  { name: "tcp.options.mss_val", of: (s) => known(s.mss) },
  { name: "tcp.options.wscale.shift", of: (s) => known(s.windowScale) },
  { name: "tcp.options.timestamp.tsval", of: (s) => (s.hasTimestamp ? String(s.tsVal) : "") },
  { name: "tcp.options.timestamp.tsecr", of: (s) => (s.hasTimestamp ? String(s.tsEcr) : "") },
];

/** Fields that tell pieces of IP packets: tshark takes a piece that is cut for the whole, the decoder waits for the others. */
const PIECE_FIELDS = ["ip.flags.mf", "ip.frag_offset", "ipv6.fraghdr.offset", "ipv6.fraghdr.more"];

/** By the number of their packet: a text a field. */
interface Reading {
  /** TCP segments that are no quotation of an ICMP error. */
  readonly segments: Map<number, string[]>;
  readonly pieces: Set<number>;
}

function readByTshark(path: string): Reading {
  const preferences = ["tcp.relative_sequence_numbers:FALSE", "tcp.desegment_tcp_streams:FALSE"];
  const names = ["frame.number", "frame.protocols", ...PIECE_FIELDS, ...FIELDS.map(({ name }) => name)];
  const options = ["-n", "-r", path, "-T", "fields", "-E", "occurrence=a"];
  options.push(...preferences.flatMap((preference) => ["-o", preference]), ...names.flatMap((name) => ["-e", name]));
  const text = execFileSync("tshark", options, {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const reading: Reading = { segments: new Map(), pieces: new Set() };
  for (const line of text.split("\n").filter(Boolean)) {
    const [index, protocols, ...texts] = line.split("\t");
    if (texts.splice(0, PIECE_FIELDS.length).some((values) => /[1-9]|True/.test(values)))
      reading.pieces.add(Number(index));
    if (!/:tcp\b/.test(protocols) || /:icmp/.test(protocols)) continue;
    // The innermost of each field: what stands in the tunnel.
    const innermost = texts.map((values) => values.split(",").at(-1) ?? "");
    reading.segments.set(
      Number(index),
      innermost.map((value, i) => (value === "" ? "" : (FIELDS[i].read?.(value) ?? value))),
    );
  }
  return reading;
}

function readByHangup(capture: Uint8Array): Reading["segments"] {
  const found: Reading["segments"] = new Map();
  const decoder = new CaptureDecoder((segment) => {
    if (segment.icmp !== 0) return;
    found.set(
      segment.packetIndex,
      FIELDS.map(({ of }) => of(segment)),
    );
  });
  decoder.push(capture);
  decoder.end();
  return found;
}

export interface Comparison {
  /** Segments that both have read. */
  readonly segments: number;
  /** Fields that both have read. */
  readonly fields: number;
  /** `packet 7: tcp.len 12, tshark 10`, and packets that one of the two takes for a segment. */
  readonly differences: readonly string[];
}

/** Reads a capture file (`capture` holds its bytes) with tshark and with the decoder. What tshark leaves out is not compared, nor pieces of packets. */
export function compareWithTshark(path: string, capture: Uint8Array): Comparison {
  const theirs = readByTshark(path);
  const ours = readByHangup(capture);
  const differences: string[] = [];
  let segments = 0;
  let fields = 0;
  for (const [index, values] of ours) {
    if (theirs.pieces.has(index)) continue;
    const other = theirs.segments.get(index);
    if (other === undefined) {
      differences.push(`packet ${index} is a segment here only`);
      continue;
    }
    segments++;
    for (const [i, { name }] of FIELDS.entries()) {
      // An outer header's field stands where the inner one is of the other family.
      if (other[i] === "" || (values[i] === "" && name.startsWith("ip"))) continue;
      fields++;
      if (other[i] !== values[i]) differences.push(`packet ${index}: ${name} ${values[i]}, tshark ${other[i]}`);
    }
  }
  for (const index of theirs.segments.keys())
    if (!ours.has(index) && !theirs.pieces.has(index)) differences.push(`packet ${index} is a segment to tshark only`);
  return { segments, fields, differences };
}
