import { bigWord, LARGEST_PACKET, littleWord } from "./container.ts";
import { layerOfLinkType } from "./links/link-types.ts";

const TIME_RESOLUTION = 9;
const TIME_OFFSET = 14;
const TWO_TO_32 = 4_294_967_296;
/** A time this late, in the year 2255, is none: microseconds stop being exact, and no clock says so. */
const END_OF_TIME = 2 ** 53;
/** Bytes that say the time of a packet. */
export const TIME_BYTES = 8;

/** An interface of a pcapng section: what its description block says. */
export class PcapngInterface {
  readonly id: number;
  readonly linkType: number;
  readonly layer: number;
  readonly snapLength: number;
  /** Packets lost, by the newest statistics block. */
  drops = 0;
  /** Ticks per microsecond where that is a whole number, else 0; then `#usPerTick` holds. */
  #ticksPerUs = 1;
  #usPerTick = 1;
  #offsetUs = 0;

  /**
   * Body of the block in [at, end): link type 2 · reserved 2 · snapshot length 4 · options of code 2, length 2, value, padding.
   * `id` counts over all sections of the capture.
   */
  constructor(id: number, buffer: Uint8Array, at: number, end: number, bigEndian: boolean) {
    const word = bigEndian ? bigWord : littleWord;
    this.id = id;
    this.linkType = bigEndian ? (buffer[at] << 8) | buffer[at + 1] : buffer[at] | (buffer[at + 1] << 8);
    this.layer = layerOfLinkType(this.linkType);
    const snapLength = word(buffer, at + 4);
    this.snapLength = snapLength === 0 ? LARGEST_PACKET : snapLength;
    for (let option = at + 8; option + 4 <= end;) {
      const head = word(buffer, option);
      const code = bigEndian ? head >>> 16 : head & 0xffff;
      const length = bigEndian ? head & 0xffff : head >>> 16;
      const value = option + 4;
      if (code === 0 || value + length > end) break;
      if (code === TIME_RESOLUTION && length >= 1) this.#setResolution(buffer[value]);
      if (code === TIME_OFFSET && length >= 8) {
        const high = word(buffer, bigEndian ? value : value + 4) | 0;
        this.#offsetUs = (high * TWO_TO_32 + word(buffer, bigEndian ? value + 4 : value)) * 1e6;
      }
      option = value + ((length + 3) & ~3);
    }
  }

  /** if_tsresol: 10^-n seconds a tick, or 2^-n where the highest bit is set. */
  #setResolution(resolution: number): void {
    const exponent = resolution & 0x7f;
    const ticksPerSecond = (resolution & 0x80) === 0 ? 10 ** exponent : 2 ** exponent;
    this.#ticksPerUs = exponent <= 15 && ticksPerSecond % 1e6 === 0 ? ticksPerSecond / 1e6 : 0;
    this.#usPerTick = 1e6 / ticksPerSecond;
  }

  /** Microseconds since 1970 of a time of `high` * 2^32 + `low` ticks; -1 where that can be no time. */
  timeUs(high: number, low: number): number {
    const timeUs = this.#sinceEpoch(high, low);
    return timeUs >= 0 && timeUs < END_OF_TIME ? timeUs : -1;
  }

  /** Nanoseconds since 1970 need 61 bits, so the division comes before the sum: whole microseconds stay exact. */
  #sinceEpoch(high: number, low: number): number {
    const ticks = this.#ticksPerUs;
    if (ticks === 0) return (high * TWO_TO_32 + low) * this.#usPerTick + this.#offsetUs;
    const rest = TWO_TO_32 % ticks;
    return high * ((TWO_TO_32 - rest) / ticks) + (high * rest + low) / ticks + this.#offsetUs;
  }
}
