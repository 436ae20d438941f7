/** Largest packet that any capture program writes (MAXIMUM_SNAPLEN of libpcap); a larger length is damage. */
export const LARGEST_PACKET = 262_144;

/** Reads records from a stretch of a capture's stream and says how far it came. */
export interface ContainerReader {
  /** Bytes from the last answered offset that must be there before reading can go on. */
  readonly need: number;
  /** The file has ended: where the last answer says, one of the other format begins. */
  readonly ended: boolean;
  /**
   * Reads what is complete in [at, end); answers the offset of the first byte not read. `final`: nothing follows `end`.
   * @throws CaptureError when the capture as a whole cannot be read.
   */
  read(buffer: Uint8Array, at: number, end: number, final: boolean): number;
}

/** Four bytes, most significant first. */
export function bigWord(buffer: Uint8Array, at: number): number {
  return ((buffer[at] << 24) | (buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3]) >>> 0;
}

/** Four bytes, least significant first. */
export function littleWord(buffer: Uint8Array, at: number): number {
  return (buffer[at] | (buffer[at + 1] << 8) | (buffer[at + 2] << 16) | (buffer[at + 3] << 24)) >>> 0;
}
