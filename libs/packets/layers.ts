import * as layer from "./frame.ts";
import type { Frame } from "./frame.ts";
import { readIcmp } from "./icmp.ts";
import { isExtension, readExtensionHeaders, readIp, readIpv4, readIpv6 } from "./ip.ts";
import { readSll, readSll2 } from "./links/cooked.ts";
import { readEthernet, readEtherType, readLlc } from "./links/ethernet.ts";
import { readLoop, readNull } from "./links/loopback.ts";
import { readMpls } from "./links/mpls.ts";
import { readCiscoHdlc, readPpp, readPppoe, readPppProtocol, readPppWithDirection } from "./links/ppp.ts";
import { readRadiotap, readWlan } from "./links/wlan.ts";
import { readArcnet, readFddi, readJuniperEthernet, readNflog, readPktap, readPpi } from "./links/wrapped.ts";
import { readTcp } from "./tcp.ts";
import { readGre, readUdp } from "./tunnels.ts";

/** Steps from layer to layer, VLAN tags and tunnels included; bounds the work that nested headers can cause. */
const MAX_LAYERS = 32;

const PROTOCOL_ICMP = 1;
const PROTOCOL_IPV4 = 4;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const PROTOCOL_IPV6 = 41;
const PROTOCOL_GRE = 47;
const PROTOCOL_ICMPV6 = 58;
const PROTOCOL_ETHERIP = 97;
const PROTOCOL_MPLS = 137;

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
    case layer.PPP_WITH_DIRECTION:
      return readPppWithDirection(frame);
    case layer.PPPOE:
      return readPppoe(frame);
    case layer.PPP_PROTOCOL:
      return readPppProtocol(frame);
    case layer.CISCO_HDLC:
      return readCiscoHdlc(frame);
    case layer.IEEE80211:
      return readWlan(frame);
    case layer.RADIOTAP:
      return readRadiotap(frame);
    case layer.PPI:
      return readPpi(frame);
    case layer.PKTAP:
      return readPktap(frame);
    case layer.NFLOG:
      return readNflog(frame);
    case layer.FDDI:
      return readFddi(frame);
    case layer.JUNIPER_ETHERNET:
      return readJuniperEthernet(frame);
    case layer.ARCNET:
      return readArcnet(frame);
    case layer.IP_FRAGMENT:
      return readFragment(frame);
    default:
      return layer.UNSUPPORTED;
  }
}

function readIpProtocol(frame: Frame): number {
  switch (frame.protocol) {
    case PROTOCOL_TCP:
      return readTcp(frame);
    case PROTOCOL_UDP:
      return readUdp(frame);
    case PROTOCOL_ICMP:
      return readIcmp(frame, 4);
    case PROTOCOL_ICMPV6:
      return readIcmp(frame, 6);
    case PROTOCOL_IPV4:
      frame.enterTunnel();
      return layer.IPV4;
    case PROTOCOL_IPV6:
      frame.enterTunnel();
      return layer.IPV6;
    case PROTOCOL_GRE:
      return readGre(frame);
    case PROTOCOL_ETHERIP:
      // RFC 3378: version 3, 12 bits of nothing.
      frame.enterTunnel();
      frame.at += 2;
      return layer.ETHERNET;
    case PROTOCOL_MPLS:
      frame.enterTunnel();
      return layer.MPLS;
    default:
      return isExtension(frame) ? readExtensionHeaders(frame) : layer.NOT_TCP;
  }
}

/**
 * Pieces of TCP, or of what may stand in front of it, are put together. Of other protocols the first is read as far as it goes: the head of a
 * tunnelled packet is all that matters here.
 */
function readFragment(frame: Frame): number {
  if (frame.protocol === PROTOCOL_TCP || isExtension(frame)) return layer.TCP_FRAGMENT;
  if (frame.fragmentOffset !== 0) return layer.NOT_TCP;
  frame.goesOn();
  return layer.IP_PROTOCOL;
}
