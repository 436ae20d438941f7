import * as A from "../../arena-layout";
import { COPY_WINDOW_US } from "../../limits";
import { ack, flags, ipId, payloadLength, seq, time, ttl } from "./segment";

/** AssemblyScript: as RecentPackets, of interface 0. */
export function isCopy(key: u32): bool {
  const tag =
    (seq ^ (ipId << 16)) * 0x9e3779b1 +
    ack * 0x85ebca6b +
    ((((<u32>payloadLength) << 8) | flags) ^ (key << 3)) * 0xc2b2ae35;
  const at = A.RECENT + (((tag ^ (tag >>> 15)) & (A.RECENT_ENTRIES - 1)) << 4);
  if (load<u32>(at) === tag && time - load<u32>(at, 4) <= <u32>COPY_WINDOW_US) {
    if (ipId > 0 || load<u32>(at, 8) !== ttl) return true;
  }
  store<u32>(at, tag);
  store<u32>(at, time, 4);
  store<u32>(at, ttl, 8);
  return false;
}
