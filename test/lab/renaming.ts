import type { Random } from "@hangup/lab";
import { namesIn, writeFrames, type Frame, type Naming } from "./rewrite.ts";
import { analyze } from "./rows.ts";

/** Columns that carry a name, or follow from one. */
const NAMED: ReadonlySet<string> = new Set([
  "id",
  "client_ip",
  "server_ip",
  "client_port",
  "server_port",
  "community_id",
  "connection_id",
]);

/**
 * Other addresses, at random; other ports, at random but in the same order: the lower port is the server's where nothing else
 * tells.
 */
export function otherNames(frames: readonly Frame[], random: Random): Naming {
  const { addresses, ports } = namesIn(frames);
  const byAddress = new Map<string, Buffer>();
  const taken = new Set<string>();
  for (const address of addresses) {
    let name: Buffer;
    do name = randomAddress(address.length, random);
    while (taken.has(name.toString("hex")));
    taken.add(name.toString("hex"));
    byAddress.set(address.toString("hex"), name);
  }
  const chosen = new Set<number>();
  while (chosen.size < ports.length) chosen.add(1 + Math.floor(random() * 65_535));
  const inOrder = [...chosen].toSorted((a, b) => a - b);
  const byPort = new Map(ports.toSorted((a, b) => a - b).map((port, i) => [port, inOrder[i]]));
  return {
    address: (address) => byAddress.get(address.toString("hex")) ?? address,
    port: (port) => byPort.get(port) ?? port,
  };
}

/** A private IPv4 address, or an IPv6 address for documentation. */
function randomAddress(length: number, random: Random): Buffer {
  const start = length === 4 ? [172, 16 + Math.floor(random() * 16)] : [0x20, 0x01, 0x0d, 0xb8];
  return Buffer.from([...start, ...Array.from({ length: length - start.length }, () => Math.floor(random() * 256))]);
}

/** Rows that are told otherwise, names aside, when each frame is changed. */
export function changedRows(frames: readonly Frame[], change: (frame: Frame) => Frame, nanoseconds = false): string[] {
  const before = anonymousRows(writeFrames(frames));
  const after = new Set(anonymousRows(writeFrames(frames.map(change), { nanoseconds })));
  return before.filter((row) => !after.has(row));
}

function anonymousRows(capture: Buffer): string[] {
  return analyze(capture).map((row) => JSON.stringify(Object.entries(row).filter(([name]) => !NAMED.has(name))));
}
