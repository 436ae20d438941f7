import {
  CONTEXT_BACKBONE,
  CONTEXT_VLAN,
  ETHERNET,
  ETHERTYPE,
  type Frame,
  IPV4,
  IPV6,
  LLC,
  MPLS,
  NOT_TCP,
  PPPOE,
  TRUNCATED,
} from "../frame.ts";

const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;
const TYPE_VLAN = 0x8100;
/** IEEE 802.1ad service tag. */
const TYPE_SERVICE_VLAN = 0x88a8;
/** Tags of stacked VLANs before 802.1ad, still in use. */
const TYPE_OLD_QINQ = 0x9100;
const TYPE_OLD_QINQ_2 = 0x9200;
const TYPE_MPLS = 0x8847;
const TYPE_MPLS_MULTICAST = 0x8848;
const TYPE_PPPOE_SESSION = 0x8864;
/** IEEE 802.1BR E-tag. */
const TYPE_ETAG = 0x893f;
/** VN-Tag, the forerunner of the E-tag. */
const TYPE_VNTAG = 0x8926;
/** IEEE 802.1ah provider backbone: a service instance tag (flags 1 · instance 3), then a whole Ethernet frame. */
const TYPE_BACKBONE = 0x88e7;
/** Transparent Ethernet bridging: an Ethernet frame (in GRE, Geneve). */
const TYPE_BRIDGED = 0x6558;
/** Cisco FabricPath: a tag of 2 bytes, then a whole Ethernet frame. */
const TYPE_FABRICPATH = 0x8903;
/** Cisco MetaData: a header of its own length before the real EtherType. */
const TYPE_METADATA = 0x8909;
/** Lengths of IEEE 802.3; types begin at 0x600. */
const LARGEST_LENGTH = 1500;

/** Ethernet II or IEEE 802.3: destination 6 · source 6 · type or length 2. */
export function readEthernet(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 14 > frame.end) return frame.short(14);
  frame.protocol = (buffer[at + 12] << 8) | buffer[at + 13];
  frame.at = at + 14;
  return ETHERTYPE;
}

/** What follows an EtherType; steps over tags. */
export function readEtherType(frame: Frame): number {
  const { buffer, at, protocol } = frame;
  switch (protocol) {
    case TYPE_IPV4:
      return IPV4;
    case TYPE_IPV6:
      return IPV6;
    case TYPE_VLAN:
    case TYPE_SERVICE_VLAN:
    case TYPE_OLD_QINQ:
    case TYPE_OLD_QINQ_2: {
      if (at + 4 > frame.end) return frame.short(4);
      const vlan = ((buffer[at] & 15) << 8) | buffer[at + 1];
      // 0 carries only a priority: the frame is of no VLAN (IEEE 802.1Q 9.6).
      if (vlan !== 0) frame.enter(CONTEXT_VLAN, vlan);
      return typeAt(frame, 2);
    }
    case TYPE_MPLS:
    case TYPE_MPLS_MULTICAST:
      return MPLS;
    case TYPE_PPPOE_SESSION:
      return PPPOE;
    case TYPE_ETAG:
      return typeAt(frame, 6);
    case TYPE_VNTAG:
      return typeAt(frame, 4);
    case TYPE_BACKBONE:
      if (at + 4 > frame.end) return frame.short(4);
      frame.enter(CONTEXT_BACKBONE, (buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3]);
      frame.at = at + 4;
      return ETHERNET;
    case TYPE_FABRICPATH:
      if (at + 2 > frame.end) return frame.short(2);
      frame.at = at + 2;
      return ETHERNET;
    case TYPE_BRIDGED:
      return ETHERNET;
    case TYPE_METADATA:
      return typeAt(frame, 6);
    default:
      if (protocol > LARGEST_LENGTH) return NOT_TCP;
      return LLC;
  }
}

/** The next EtherType stands `skip` bytes on. */
function typeAt(frame: Frame, skip: number): number {
  const { buffer, at } = frame;
  if (at + skip + 2 > frame.end) return frame.short(skip + 2);
  frame.protocol = (buffer[at + skip] << 8) | buffer[at + skip + 1];
  frame.at = at + skip + 2;
  return ETHERTYPE;
}

/** LLC with SNAP (IEEE 802.2): DSAP AA · SSAP AA · control 03 · organisation 3 · type 2. Other LLC users carry no IP. */
export function readLlc(frame: Frame): number {
  const { buffer, at } = frame;
  if (at + 3 > frame.end) return at + 3 > frame.wireEnd ? NOT_TCP : TRUNCATED;
  if (buffer[at] !== 0xaa || buffer[at + 1] !== 0xaa || buffer[at + 2] !== 3) {
    // IP's own service access point, 06 06 03, is as good as unused but defined.
    if (buffer[at] !== 6 || buffer[at + 1] !== 6 || buffer[at + 2] !== 3) return NOT_TCP;
    frame.at = at + 3;
    return IPV4;
  }
  if (at + 8 > frame.end) return frame.short(8);
  frame.protocol = (buffer[at + 6] << 8) | buffer[at + 7];
  frame.at = at + 8;
  return ETHERTYPE;
}
