import { PcapngWriter } from "./pcapng-writer.ts";

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const LITTLE_ENDIAN = 0xa1b2c3d4;
const BIG_ENDIAN = 0xd4c3b2a1;
/** Packets that wait for others may take so much memory; beyond it the oldest go on, in order as far as it is known. */
const MOST_WAITING_BYTES = 64 * 2 ** 20;

/**
 * The pcap streams of several interfaces, in the order of their times, as one pcapng stream.
 *
 * tcpdump hands packets over in batches, up to a second late. Unmerged, an answer would come before its question, and the
 * copy of a packet from another interface too late to be known as one. A packet waits until every other interface has
 * shown a later one, or `release` says that nothing older will come.
 */
export class TimeMerge {
  readonly #writer: PcapngWriter;
  readonly #lanes: Lane[] = [];
  readonly #mostWaiting: number;
  #waiting = 0;
  #releasedUs = -Infinity;

  /** `sink` gets whole blocks; the bytes are used again after it returns. */
  constructor(sink: (bytes: Uint8Array) => void, mostWaitingBytes = MOST_WAITING_BYTES) {
    this.#writer = new PcapngWriter(sink);
    this.#mostWaiting = mostWaitingBytes;
  }

  /** What a file of this stream begins with. */
  get head(): Uint8Array {
    return this.#writer.head;
  }

  /**
   * Another interface; answers who takes its stream: the header of a pcap file, then chunks of whole records, which are copied. With
   * another header it goes on as another interface of that name.
   */
  lane(name: string): (chunk: Uint8Array) => void {
    let lane: Lane | undefined;
    return (chunk) => {
      if (lane === undefined || isFileHeader(chunk)) {
        if (lane !== undefined) lane.hasEnded = true;
        lane = this.#describe(name, chunk);
        return;
      }
      lane.put(chunk);
      this.#waiting += chunk.length;
      this.#merge();
    };
  }

  /** All that is older than this time, µs since 1970, has come from every interface: hands it out. */
  release(untilUs: number): void {
    if (untilUs > this.#releasedUs) this.#releasedUs = untilUs;
    this.#merge();
  }

  /** pcap file header: magic u32 · version u16, u16 · 0 u32, u32 · snapshot length u32 · link type u16, other things u16. */
  #describe(name: string, header: Uint8Array): Lane {
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    const littleEndian = view.getUint32(0, true) === LITTLE_ENDIAN;
    const linkType = view.getUint32(20, littleEndian) & 0xffff;
    const id = this.#writer.interface(name, linkType, view.getUint32(16, littleEndian));
    const lane = new Lane(id, littleEndian);
    this.#lanes.push(lane);
    // A file that begins anew from here has it in its head already.
    this.#writer.flush();
    return lane;
  }

  #merge(): void {
    for (let lane = this.#oldest(); lane !== undefined; lane = this.#oldest()) {
      const limitUs = this.#reachOfOthers(lane);
      if (lane.headUs > limitUs) break;
      while (!lane.isEmpty && lane.headUs <= limitUs) this.#waiting -= lane.take(this.#writer);
    }
    this.#writer.flush();
  }

  /** Of the lanes where something waits, the one whose first packet is the oldest. */
  #oldest(): Lane | undefined {
    let oldest: Lane | undefined;
    for (const lane of this.#lanes)
      if (!lane.isEmpty && (oldest === undefined || lane.headUs < oldest.headUs)) oldest = lane;
    return oldest;
  }

  /** No other lane will show anything older than this. */
  #reachOfOthers(but: Lane): number {
    const crowded = this.#waiting > this.#mostWaiting;
    let reach = Infinity;
    for (const lane of this.#lanes) {
      if (lane === but || (lane.isEmpty && (crowded || lane.hasEnded))) continue;
      reach = Math.min(reach, lane.isEmpty ? Math.max(lane.lastUs, this.#releasedUs) : lane.headUs);
    }
    return reach;
  }
}

/** A record as short as that would hold 8 bytes of a packet. */
function isFileHeader(chunk: Uint8Array): boolean {
  if (chunk.length !== FILE_HEADER) return false;
  const magic = new DataView(chunk.buffer, chunk.byteOffset).getUint32(0, true);
  return magic === LITTLE_ENDIAN || magic === BIG_ENDIAN;
}

/** What waits of one interface: chunks of records `seconds u32 · microseconds u32 · captured length u32 · length u32 · bytes`. */
class Lane {
  readonly #id: number;
  readonly #littleEndian: boolean;
  #chunks: DataView[] = [];
  #chunk = 0;
  #at = 0;
  /** Time of the first packet that waits, Infinity where none does. */
  headUs = Infinity;
  /** Time of the last packet that was taken. */
  lastUs = -Infinity;
  /** No more will come of it. */
  hasEnded = false;

  constructor(id: number, littleEndian: boolean) {
    this.#id = id;
    this.#littleEndian = littleEndian;
  }

  get isEmpty(): boolean {
    return this.headUs === Infinity;
  }

  put(chunk: Uint8Array): void {
    const copy = Buffer.from(chunk);
    this.#chunks.push(new DataView(copy.buffer, copy.byteOffset, copy.byteLength));
    if (this.isEmpty) this.#look();
  }

  /** Writes the first packet; answers the bytes that it took here. */
  take(writer: PcapngWriter): number {
    const view = this.#chunks[this.#chunk];
    const captured = view.getUint32(this.#at + 8, this.#littleEndian);
    const wireLength = view.getUint32(this.#at + 12, this.#littleEndian);
    const data = this.#at + RECORD_HEADER;
    writer.packet(this.#id, this.headUs, view, data, captured, wireLength);
    this.lastUs = this.headUs;
    this.#at = data + captured;
    if (this.#at === view.byteLength) this.#nextChunk();
    this.#look();
    return RECORD_HEADER + captured;
  }

  #nextChunk(): void {
    this.#at = 0;
    this.#chunk++;
    // Shifting one by one would be quadratic where thousands wait.
    if (this.#chunk < this.#chunks.length && this.#chunk < 1_024) return;
    this.#chunks.splice(0, this.#chunk);
    this.#chunk = 0;
  }

  #look(): void {
    const view = this.#chunks.at(this.#chunk);
    this.headUs =
      view === undefined
        ? Infinity
        : view.getUint32(this.#at, this.#littleEndian) * 1e6 + view.getUint32(this.#at + 4, this.#littleEndian);
  }
}
