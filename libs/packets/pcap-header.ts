import { CaptureError } from "./capture-error.ts";
import { bigWord, LARGEST_PACKET, littleWord } from "./container.ts";
import { isNamedLinkType, layerOfLinkType, nameOfLinkType } from "./links/link-types.ts";

export const PCAP_HEADER = 24;

interface Variant {
  readonly ticksPerSecond: number;
  readonly recordHeader: number;
}

/** Magic numbers, read in the byte order of the file. */
const VARIANTS: ReadonlyMap<number, Variant> = new Map<number, Variant>([
  [0xa1b2c3d4, { ticksPerSecond: 1e6, recordHeader: 16 }],
  [0xa1b23c4d, { ticksPerSecond: 1e9, recordHeader: 16 }],
  // Kuznetsov's libpcap: interface index 4, protocol 2, packet type 1, padding 1 behind each record header.
  [0xa1b2cd34, { ticksPerSecond: 1e6, recordHeader: 24 }],
]);

/** First byte of all magic numbers. */
const MARK = 0xa1;

/** What a pcap file says about all of its records. */
export interface PcapHeader extends Variant {
  readonly bigEndian: boolean;
  readonly linkType: number;
  /** First layer of every packet, 0 where the link type is not known. */
  readonly layer: number;
  readonly snapLength: number;
  /** Before version 2.4 some writers put the two lengths of a record the other way round. */
  readonly lengthsMaySwap: boolean;
}

/** Whether the four bytes at `at` begin a pcap. */
export function isPcap(buffer: Uint8Array, at: number): boolean {
  // Nearly all that is searched has neither.
  if (buffer[at] !== MARK && buffer[at + 3] !== MARK) return false;
  return VARIANTS.has(bigWord(buffer, at)) || VARIANTS.has(littleWord(buffer, at));
}

/** Whether the 24 bytes at `at`, in the middle of a capture, are the header of another: of version 2, and of a link type that has a name. */
export function isPcapHeader(buffer: Uint8Array, at: number): boolean {
  if (!isPcap(buffer, at)) return false;
  const { bigEndian, linkType } = readPcapHeader(buffer, at);
  const major = bigEndian ? (buffer[at + 4] << 8) | buffer[at + 5] : buffer[at + 4] | (buffer[at + 5] << 8);
  return major === 2 && isNamedLinkType(linkType);
}

/** File header: magic 4 · major 2 · minor 2 · zone 4 · accuracy 4 · snapshot length 4 · link type 4 (upper half: check sequence). */
export function readPcapHeader(buffer: Uint8Array, at: number): PcapHeader {
  const bigEndian = VARIANTS.has(bigWord(buffer, at));
  const word = bigEndian ? bigWord : littleWord;
  const variant = VARIANTS.get(word(buffer, at))!;
  const versions = word(buffer, at + 4);
  const minor = bigEndian ? versions & 0xffff : versions >>> 16;
  const snapLength = word(buffer, at + 16);
  const linkType = word(buffer, at + 20) & 0xffff;
  return {
    ...variant,
    bigEndian,
    linkType,
    layer: layerOfLinkType(linkType),
    snapLength: snapLength === 0 ? LARGEST_PACKET : Math.min(snapLength, LARGEST_PACKET),
    lengthsMaySwap: minor < 4,
  };
}

export function unreadableLinkType(found: readonly number[]): CaptureError {
  const names = found.map(nameOfLinkType).join(", ");
  return new CaptureError(
    "link_type",
    `the capture's link type ${names} is not decoded; Ethernet, Linux cooked, raw IP, loopback, PPP, 802.11 and others like them are`,
  );
}
