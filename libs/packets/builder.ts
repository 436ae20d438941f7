/** Packets and captures to test with: the second face of this package, `@hangup/packets/builder`. */
export { type Ipv4Fields, type Ipv6Fields, packet, PacketBuilder } from "./builder/packet.ts";
export { PcapBuilder, type PcapOptions } from "./builder/pcap.ts";
export { type InterfaceFields, PcapngBuilder } from "./builder/pcapng.ts";
export { type ReadBack, readBack } from "./builder/read-back.ts";
export { segmentCapture, segmentPacket } from "./builder/segment-packet.ts";
export { flagByte, type TcpFields } from "./builder/tcp.ts";
