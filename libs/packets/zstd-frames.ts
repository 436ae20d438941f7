const FRAME_MAGIC = 0xfd2fb528;
/** The last digit is free. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const RLE = 1;

/**
 * Finds where the frames of a zstd stream end (RFC 8878 3.1): the decoder of node:zlib ignores what stands behind the first frame
 * in the piece that it is given, and parallel compressors write many.
 *   frame: magic 4 · descriptor 1 · window 0-1 · dictionary 0-4 · content size 0-8 · blocks · checksum 0 or 4
 *   block: last 1 bit, type 2, size 21 · bytes, one when the type is RLE
 *   skippable frame: magic 4 · size 4 · bytes
 */
export class ZstdFrames {
  /** Bytes of the part that is passed over, and what follows it. */
  #skip = 0;
  #next: "magic" | "descriptor" | "size" | "block" = "magic";
  /** The field that is being gathered, least significant byte first. */
  #field = 0;
  #gathered = 0;
  #checksum = false;
  /** Set by a magic that is none: nothing is split any more, the decoder will say what is wrong. */
  #lost = false;

  /** Offset behind the frame that ends in `chunk` from `at` on, or the chunk's length. */
  frameEnd(chunk: Uint8Array, at: number): number {
    while (at < chunk.length && !this.#lost) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - at);
        this.#skip -= skipped;
        at += skipped;
      } else {
        this.#gather(chunk[at]);
        at += 1;
      }
      if (this.#skip === 0 && this.#next === "magic" && this.#gathered === 0) return at;
    }
    return chunk.length;
  }

  #gather(byte: number): void {
    // Not by shifts: a field of four bytes is unsigned.
    this.#field += byte * 256 ** this.#gathered++;
    const wanted = this.#next === "descriptor" ? 1 : this.#next === "block" ? 3 : 4;
    if (this.#gathered < wanted) return;
    const field = this.#field;
    this.#field = 0;
    this.#gathered = 0;
    switch (this.#next) {
      case "magic":
        if (field === FRAME_MAGIC) this.#next = "descriptor";
        else if (field - (field % 16) === SKIPPABLE_MAGIC) this.#next = "size";
        else this.#lost = true;
        break;
      case "descriptor":
        this.#skip = headerLength(field);
        this.#checksum = (field & 4) !== 0;
        this.#next = "block";
        break;
      case "size":
        this.#skip = field;
        this.#next = "magic";
        break;
      case "block": {
        const last = (field & 1) === 1;
        this.#skip = ((field >> 1) & 3) === RLE ? 1 : field >> 3;
        if (last && this.#checksum) this.#skip += 4;
        if (last) this.#next = "magic";
        break;
      }
      default:
    }
  }
}

/** Bytes of a frame header behind its descriptor. */
function headerLength(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3];
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6];
  return (singleSegment ? 0 : 1) + dictionary + contentSize;
}
