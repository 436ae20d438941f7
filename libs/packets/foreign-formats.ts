import { bigWord } from "./container.ts";

/** First two to four bytes of what people mistake for a capture, and what to do about it. */
const FOREIGN: readonly {
  readonly magic: number;
  readonly bytes: 2 | 3 | 4;
  readonly name: string;
  readonly remedy: string;
}[] = [
  { magic: 0x1f8b, bytes: 2, name: "gzip", remedy: "decompress it first" },
  { magic: 0x28b52ffd, bytes: 4, name: "zstd", remedy: "decompress it first" },
  { magic: 0xfd377a58, bytes: 4, name: "xz", remedy: "decompress it first" },
  { magic: 0x425a68, bytes: 3, name: "bzip2", remedy: "decompress it first" },
  { magic: 0x04224d18, bytes: 4, name: "lz4", remedy: "decompress it first" },
  { magic: 0x504b0304, bytes: 4, name: "zip", remedy: "unpack it first" },
  { magic: 0x736e6f6f, bytes: 4, name: "snoop", remedy: "convert it, by editcap say" },
  { magic: 0x474d4255, bytes: 4, name: "Network Monitor 2", remedy: "convert it, by editcap say" },
  { magic: 0x52545353, bytes: 4, name: "Network Monitor 1", remedy: "convert it, by editcap say" },
];

/** How a message goes on that says what four bytes do not begin. */
export function nameOfForeign(head: Uint8Array): string {
  const word = bigWord(head, 0);
  const known = FOREIGN.find(({ magic, bytes }) => word >>> (8 * (4 - bytes)) === magic);
  if (known !== undefined) return ` but ${known.name}: ${known.remedy}`;
  const bytes = Array.from(head.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0"));
  return `: it begins with the bytes ${bytes.join(" ")}`;
}
