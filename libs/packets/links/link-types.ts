import {
  ARCNET,
  CISCO_HDLC,
  ETHERNET,
  FDDI,
  IEEE80211,
  IP,
  IPV4,
  IPV6,
  JUNIPER_ETHERNET,
  LLC,
  LOOP,
  MPLS,
  NFLOG,
  NULL_LOOPBACK,
  PKTAP,
  PPI,
  PPP,
  PPP_WITH_DIRECTION,
  PPPOE,
  RADIOTAP,
  SLL,
  SLL2,
} from "../frame.ts";

interface LinkType {
  readonly name: string;
  /** First layer of a packet; 0 where this decoder does not know the link type. */
  readonly layer: number;
}

/** Link types by their number in capture files (LINKTYPE_ registry), with the platform numbers that old files carry. */
const LINK_TYPES: ReadonlyMap<number, LinkType> = new Map<number, LinkType>([
  [0, { name: "NULL", layer: NULL_LOOPBACK }],
  [1, { name: "ETHERNET", layer: ETHERNET }],
  [9, { name: "PPP", layer: PPP }],
  [11, { name: "ATM_RFC1483", layer: LLC }],
  [10, { name: "FDDI", layer: FDDI }],
  [12, { name: "RAW", layer: IP }],
  [14, { name: "RAW", layer: IP }],
  [50, { name: "PPP_HDLC", layer: PPP }],
  [51, { name: "PPP_ETHER", layer: PPPOE }],
  [100, { name: "ATM_RFC1483", layer: LLC }],
  [101, { name: "RAW", layer: IP }],
  [104, { name: "C_HDLC", layer: CISCO_HDLC }],
  [105, { name: "IEEE802_11", layer: IEEE80211 }],
  [106, { name: "ATM_CLIP", layer: LLC }],
  [108, { name: "LOOP", layer: LOOP }],
  [113, { name: "LINUX_SLL", layer: SLL }],
  [127, { name: "IEEE802_11_RADIOTAP", layer: RADIOTAP }],
  [129, { name: "ARCNET_LINUX", layer: ARCNET }],
  [178, { name: "JUNIPER_ETHER", layer: JUNIPER_ETHERNET }],
  [192, { name: "PPI", layer: PPI }],
  [204, { name: "PPP_WITH_DIR", layer: PPP_WITH_DIRECTION }],
  [219, { name: "MPLS", layer: MPLS }],
  [228, { name: "IPV4", layer: IPV4 }],
  [229, { name: "IPV6", layer: IPV6 }],
  [239, { name: "NFLOG", layer: NFLOG }],
  [258, { name: "PKTAP", layer: PKTAP }],
  [276, { name: "LINUX_SLL2", layer: SLL2 }],
  // Known by name only, so that a message can say what was found.
  [6, { name: "IEEE802_5 (token ring)", layer: 0 }],
  [8, { name: "SLIP", layer: 0 }],
  [107, { name: "FRELAY", layer: 0 }],
  [119, { name: "IEEE802_11_PRISM", layer: 0 }],
  [147, { name: "USER0", layer: 0 }],
  [187, { name: "BLUETOOTH_HCI_H4", layer: 0 }],
  [189, { name: "USB_LINUX", layer: 0 }],
  [195, { name: "IEEE802_15_4_WITHFCS", layer: 0 }],
  [220, { name: "USB_LINUX_MMAPPED", layer: 0 }],
  [227, { name: "CAN_SOCKETCAN", layer: 0 }],
  [230, { name: "IEEE802_15_4_NOFCS", layer: 0 }],
  [249, { name: "USBPCAP", layer: 0 }],
  [251, { name: "BLUETOOTH_LE_LL", layer: 0 }],
  [253, { name: "NETLINK", layer: 0 }],
  [271, { name: "VSOCK", layer: 0 }],
]);

/** First layer of packets of this link type, 0 where it is not known. */
export function layerOfLinkType(linkType: number): number {
  return LINK_TYPES.get(linkType)?.layer ?? 0;
}

export function isNamedLinkType(linkType: number): boolean {
  return LINK_TYPES.has(linkType);
}

/** "227 (CAN_SOCKETCAN)", or the bare number. */
export function nameOfLinkType(linkType: number): string {
  const known = LINK_TYPES.get(linkType);
  return known === undefined ? String(linkType) : `${linkType} (${known.name})`;
}
