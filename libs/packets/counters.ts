/** What became of the packets of a capture. Every packet has exactly one outcome: tcp + notTcp + truncated + malformed + unsupported = packets. */
export class DecodeCounters {
  /** Records of the capture that hold a packet. */
  packets = 0;
  /** Bytes of these packets on the wire. */
  bytes = 0;
  /** Packets handed out: TCP segments and ICMP errors that quote one. */
  tcp = 0;
  /** Of `tcp`, the ICMP errors. */
  icmp = 0;
  /** Read to the end and not TCP: UDP, ARP, other ICMP, later fragments … */
  notTcp = 0;
  /** The snapshot length cut before the TCP ports and sequence number. */
  truncated = 0;
  /** A header contradicts itself or its surroundings. */
  malformed = 0;
  /** A link type or header that this decoder does not know. */
  unsupported = 0;
}
