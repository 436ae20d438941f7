/**
 * What became of the packets of a capture. Every packet has exactly one outcome:
 * tcp + notTcp + truncated + malformed + unsupported + fragments + badChecksum = packets.
 */
export class DecodeCounters {
  /** Records of the capture that hold a packet. */
  packets = 0;
  /** Bytes of these packets on the wire. */
  bytes = 0;

  /** TCP segments, and ICMP errors that quote one. They are handed out, unless only those with certain flags are asked for. */
  tcp = 0;
  /** Read to the end and not TCP: UDP, ARP, other ICMP … */
  notTcp = 0;
  /** The snapshot length cut before the TCP flags. */
  truncated = 0;
  /** A header contradicts itself or its surroundings. */
  malformed = 0;
  /** A link type or header that this decoder does not know. */
  unsupported = 0;
  /** Pieces of fragmented packets; the piece that completes a TCP segment counts as `tcp`. */
  fragments = 0;
  /** Wrong checksums, where they are verified. */
  badChecksum = 0;

  /** Of `tcp`, the ICMP errors. */
  icmp = 0;
  /** Bytes of the container that could not be read as records, and how often reading had to find its place again. */
  damagedBytes = 0;
  damages = 0;
  /** Files of the capture that ended in the middle of a record. */
  cutRecords = 0;
  /** Packets that the capturing program says it lost (pcapng interface statistics). */
  captureDrops = 0;
}
