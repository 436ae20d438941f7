import {
  CONTEXT_GENEVE,
  CONTEXT_NVGRE,
  CONTEXT_VXLAN,
  ETHERNET,
  ETHERTYPE,
  type Frame,
  IEEE80211,
  IP,
  IPV4,
  IPV6,
  MALFORMED,
  MPLS,
  NOT_TCP,
  PPP,
  UNSUPPORTED,
} from "./frame.ts";
import { readSwappedWlan } from "./links/wlan.ts";

const PORT_VXLAN = 4789;
/** Linux's VXLAN before IANA named a port. */
const PORT_VXLAN_LINUX = 8472;
const PORT_VXLAN_GPE = 4790;
const PORT_GENEVE = 6081;
const PORT_GTP_USER = 2152;
const PORT_CAPWAP_DATA = 5247;

/** UDP: source 2 · destination 2 · length 2 · checksum 2. Of interest only as the carrier of a tunnel, known by its port. */
export function readUdp(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 8 > frame.end) return at + 8 > frame.wireEnd ? MALFORMED : frame.short(8);
  const destination = (buffer[at + 2] << 8) | buffer[at + 3];
  frame.at = at + 8;
  switch (destination) {
    case PORT_VXLAN:
      return readVxlan(frame, 0);
    case PORT_VXLAN_LINUX:
      return readVxlan(frame, 0xff);
    case PORT_VXLAN_GPE:
      return readVxlanGpe(frame);
    case PORT_GENEVE:
      return readGeneve(frame);
    case PORT_GTP_USER:
      return readGtp(frame);
    case PORT_CAPWAP_DATA:
      return readCapwap(frame);
    default:
  }
  // Answers of these two come from the port.
  switch ((buffer[at] << 8) | buffer[at + 1]) {
    case PORT_GTP_USER:
      return readGtp(frame);
    case PORT_CAPWAP_DATA:
      return readCapwap(frame);
    default:
      return NOT_TCP;
  }
}

function network(frame: Frame, at: number): number {
  return (frame.buffer[at] << 16) | (frame.buffer[at + 1] << 8) | frame.buffer[at + 2];
}

/**
 * VXLAN (RFC 7348 5): flags 1 · reserved 3 · network 3 · reserved 1, then an Ethernet frame. Reserved bits are ignored on its own
 * port; on one that it shares, those in `reserved` must be 0.
 */
function readVxlan(frame: Frame, reserved: number): number {
  const { buffer, at } = frame;
  if (at + 8 > frame.end) return notTunnel(frame, 8);
  if ((buffer[at] & 8) === 0 || (buffer[at + 7] & reserved) !== 0) return NOT_TCP;
  frame.enter(CONTEXT_VXLAN, network(frame, at + 4));
  frame.at = at + 8;
  return ETHERNET;
}

/** VXLAN with a next-protocol field (draft-ietf-nvo3-vxlan-gpe): flags 1 · reserved 2 · next 1 · network 3 · reserved 1. */
function readVxlanGpe(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 8 > frame.end) return notTunnel(frame, 8);
  if ((buffer[at] & 0x0c) !== 0x0c) return NOT_TCP;
  frame.enter(CONTEXT_VXLAN, network(frame, at + 4));
  frame.at = at + 8;
  switch (buffer[at + 3]) {
    case 1:
      return IPV4;
    case 2:
      return IPV6;
    case 3:
      return ETHERNET;
    case 5:
      return MPLS;
    default:
      return UNSUPPORTED;
  }
}

/** Geneve (RFC 8926 3.4): version, option words 1 · flags 1 · protocol 2 · network 3 · reserved 1 · options. */
function readGeneve(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 8 > frame.end) return notTunnel(frame, 8);
  if (buffer[at] >> 6 !== 0) return NOT_TCP;
  // A control packet carries no payload.
  if ((buffer[at + 1] & 0x80) !== 0) return NOT_TCP;
  const length = 8 + ((buffer[at] & 0x3f) << 2);
  if (at + length > frame.end) return notTunnel(frame, length);
  frame.enter(CONTEXT_GENEVE, network(frame, at + 4));
  frame.protocol = (buffer[at + 2] << 8) | buffer[at + 3];
  frame.at = at + length;
  return ETHERTYPE;
}

const GTP_PAYLOAD = 255;
const GTP_OPTIONAL = 7;
const GTP_EXTENSION = 4;
const MAX_GTP_EXTENSIONS = 8;

/**
 * GTP-U (3GPP TS 29.281 5): version, flags 1 · type 1 · length 2 · tunnel 4, then when any of three flags is set sequence 2 ·
 * N-PDU 1 · extension type 1. Tunnel numbers are one-way, so they are no part of the context.
 */
function readGtp(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 8 > frame.end) return notTunnel(frame, 8);
  if (buffer[at] >> 4 !== 3 || buffer[at + 1] !== GTP_PAYLOAD) return NOT_TCP;
  frame.at = at + 8;
  if ((buffer[at] & GTP_OPTIONAL) !== 0) {
    if (at + 12 > frame.end) return notTunnel(frame, 12);
    frame.at = at + 12;
    let extension = (buffer[at] & GTP_EXTENSION) === 0 ? 0 : buffer[at + 11];
    for (let count = 0; extension !== 0; count++) {
      if (frame.at >= frame.end) return notTunnel(frame, 1);
      const length = buffer[frame.at] << 2;
      if (length === 0 || count === MAX_GTP_EXTENSIONS) return MALFORMED;
      if (frame.at + length > frame.end) return notTunnel(frame, length);
      extension = buffer[frame.at + length - 1];
      frame.at += length;
    }
  }
  if (frame.at >= frame.end) return notTunnel(frame, 1);
  const version = buffer[frame.at] >> 4;
  return version === 4 || version === 6 ? IP : NOT_TCP;
}

/**
 * CAPWAP data (RFC 5415 4.3): version, type 1 · header words 5 bits, radio 5, binding 5, flags 9 · fragment 4. Bit T tells 802.11
 * frames from Ethernet's.
 */
function readCapwap(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 8 > frame.end) return notTunnel(frame, 8);
  const length = (buffer[at + 1] >> 3) << 2;
  if (buffer[at] !== 0 || length < 8) return NOT_TCP;
  const fragment = (buffer[at + 3] & 0x80) !== 0;
  const keepAlive = (buffer[at + 3] & 0x08) !== 0;
  if (keepAlive || (fragment && ((buffer[at + 6] << 8) | buffer[at + 7]) >> 3 !== 0)) return NOT_TCP;
  if (at + length > frame.end) return notTunnel(frame, length);
  frame.at = at + length;
  if ((buffer[at + 2] & 1) === 0) return ETHERNET;
  // Cisco's access points swap the two bytes of frame control; data frames begin with 08 or 88, other flags follow.
  return frame.at + 1 < frame.end && (buffer[frame.at] & 0x7f) !== 8 && (buffer[frame.at + 1] & 0x7f) === 8
    ? readSwappedWlan(frame)
    : IEEE80211;
}

/** A UDP payload too short for the tunnel of its port is something else, unless the snapshot length cut it. */
function notTunnel(frame: Frame, bytes: number): number {
  return frame.at + bytes > frame.wireEnd ? NOT_TCP : frame.short(bytes);
}

const GRE_CHECKSUM = 0x8000;
const GRE_ROUTING = 0x4000;
const GRE_KEY = 0x2000;
const GRE_SEQUENCE = 0x1000;
const GRE_ACKNOWLEDGMENT = 0x0080;
const TYPE_PPP = 0x880b;
/** Transparent Ethernet bridging. */
const TYPE_BRIDGED = 0x6558;
const TYPE_ERSPAN = 0x88be;
const TYPE_ERSPAN_III = 0x22eb;
const TYPE_WCCP = 0x883e;

/**
 * GRE (RFC 2784, 2890): flags, version 2 · protocol 2 · checksum 4 · key 4 · sequence 4, each but the first two on its flag.
 * Version 1 (RFC 2637) has an acknowledgment 4 too and carries PPP. Keys may be one-way, so the ends of the tunnel are the context, but
 * where the key names a virtual subnet (NVGRE, RFC 7637: subnet 24 bits · flow 8); a mirror's (ERSPAN) and a cache's (WCCP) carry what is
 * elsewhere too, and have none.
 */
export function readGre(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 4 > frame.end) return frame.short(4);
  const flags = (buffer[at] << 8) | buffer[at + 1];
  const version = flags & 7;
  if ((flags & GRE_ROUTING) !== 0 || version > 1) return UNSUPPORTED;
  let length = 4;
  if ((flags & GRE_CHECKSUM) !== 0) length += 4;
  if ((flags & GRE_KEY) !== 0) length += 4;
  if ((flags & GRE_SEQUENCE) !== 0) length += 4;
  if (version === 1 && (flags & GRE_ACKNOWLEDGMENT) !== 0) length += 4;
  if (at + length > frame.end) return frame.short(length);
  frame.protocol = (buffer[at + 2] << 8) | buffer[at + 3];
  frame.at = at + length;
  // A bare acknowledgment of PPTP ends here, as a keepalive does.
  if (frame.at === frame.wireEnd) return NOT_TCP;
  switch (frame.protocol) {
    case TYPE_PPP:
      frame.enterTunnel();
      return PPP;
    case TYPE_ERSPAN:
      // Type I has neither sequence nor header of its own.
      return (flags & GRE_SEQUENCE) === 0 ? ETHERNET : erspan(frame);
    case TYPE_ERSPAN_III:
      return erspan(frame);
    case TYPE_WCCP:
      // Version 2 puts a redirect header of 4 bytes before the packet.
      if (frame.at < frame.end && buffer[frame.at] >> 4 !== 4) frame.at += 4;
      return IPV4;
    default:
      // Aruba's tunnels of wireless frames: 0x8200 to 0x83f0, the queue in the third digit. Clients roam from one to another.
      if ((frame.protocol & 0xfe0f) === 0x8200) return IEEE80211;
      frame.enterTunnel();
      if (frame.protocol === TYPE_BRIDGED && (flags & GRE_KEY) !== 0)
        frame.enter(CONTEXT_NVGRE, subnetOf(frame, at, flags));
      return ETHERTYPE;
  }
}

/** The key of a GRE header at `at`, without the number of the flow. */
function subnetOf({ buffer }: Frame, at: number, flags: number): number {
  const key = at + 4 + ((flags & GRE_CHECKSUM) === 0 ? 0 : 4);
  return (buffer[key] << 16) | (buffer[key + 1] << 8) | buffer[key + 2];
}

/** ERSPAN: version 4 bits …; type II has 8 bytes, type III 12 and 8 more when its last bit says so. The session is one-way. */
function erspan(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 12 > frame.end) return frame.short(12);
  switch (buffer[at] >> 4) {
    case 1:
      frame.at = at + 8;
      return ETHERNET;
    case 2:
      frame.at = at + ((buffer[at + 11] & 1) === 0 ? 12 : 20);
      return ETHERNET;
    default:
      return UNSUPPORTED;
  }
}
