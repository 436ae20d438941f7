import * as layer from "./frame.ts";
import type { Frame } from "./frame.ts";
import { readIcmp } from "./icmp.ts";
import { readIp, readIpv4, readIpv6 } from "./ip.ts";
import { readSll, readSll2 } from "./links/cooked.ts";
import { readEthernet, readEtherType, readLlc } from "./links/ethernet.ts";
import { readLoop, readNull } from "./links/loopback.ts";
import { readMpls } from "./links/mpls.ts";
import { readCiscoHdlc, readPpp, readPppProtocol } from "./links/ppp.ts";
import { readTcp } from "./tcp.ts";

/** Steps from layer to layer, VLAN tags and tunnels included; bounds the work that nested headers can cause. */
const MAX_LAYERS = 32;

const ICMP_PROTOCOL = 1;
const TCP_PROTOCOL = 6;
const ICMPV6_PROTOCOL = 58;

/** Follows the layers of a packet from `next` to its outcome, one of the numbers of frame.ts from TCP_SEGMENT on. */
export function readLayers(frame: Frame, next: number): number {
  for (let count = 0; count < MAX_LAYERS; count++) {
    next = readLayer(frame, next);
    if (next >= layer.TCP_SEGMENT) return next;
  }
  return layer.UNSUPPORTED;
}

function readLayer(frame: Frame, next: number): number {
  switch (next) {
    case layer.ETHERNET:
      return readEthernet(frame);
    case layer.ETHERTYPE:
      return readEtherType(frame);
    case layer.IPV4:
      return readIpv4(frame);
    case layer.IPV6:
      return readIpv6(frame);
    case layer.IP_PROTOCOL:
      return readIpProtocol(frame);
    case layer.IP:
      return readIp(frame);
    case layer.LLC:
      return readLlc(frame);
    case layer.MPLS:
      return readMpls(frame);
    case layer.NULL_LOOPBACK:
      return readNull(frame);
    case layer.LOOP:
      return readLoop(frame);
    case layer.SLL:
      return readSll(frame);
    case layer.SLL2:
      return readSll2(frame);
    case layer.PPP:
      return readPpp(frame);
    case layer.PPP_PROTOCOL:
      return readPppProtocol(frame);
    case layer.CISCO_HDLC:
      return readCiscoHdlc(frame);
    default:
      return layer.UNSUPPORTED;
  }
}

function readIpProtocol(frame: Frame): number {
  switch (frame.protocol) {
    case TCP_PROTOCOL:
      return readTcp(frame);
    case ICMP_PROTOCOL:
      return readIcmp(frame, 4);
    case ICMPV6_PROTOCOL:
      return readIcmp(frame, 6);
    default:
      return layer.NOT_TCP;
  }
}
