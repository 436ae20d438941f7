import * as A from "../../arena-layout";
import * as L from "../../layout";
import { COPY_WINDOW_US, MOST_COPIES } from "../../limits";
import { ack, flags, ipId, payloadLength, readWindow, seq, time, ttl } from "./segment";
import { recordOf } from "./table";

/** AssemblyScript: as RecentPackets, of interface 0, and of no RST. */
export function isCopy(key: u32): bool {
  const tag =
    (seq ^ (ipId << 16)) * 0x9e3779b1 +
    ack * 0x85ebca6b +
    ((((<u32>payloadLength) << 8) | flags) ^ (key << 3)) * 0xc2b2ae35;
  const at = A.RECENT + (((tag ^ (tag >>> 15)) & (A.RECENT_ENTRIES - 1)) << 4);
  if (load<u32>(at) === tag && time - load<u32>(at, 4) <= <u32>COPY_WINDOW_US) {
    const told = ipId > 0 || load<u32>(at, 8) !== ttl;
    if (told || (load<u32>(at, 12) === readWindow() && isMirrored(recordOf(key >> 1)))) return true;
  }
  store<u32>(at, tag);
  store<u32>(at, time, 4);
  store<u32>(at, ttl, 8);
  if (ipId === 0) store<u32>(at, readWindow(), 12);
  return false;
}

function isMirrored(r: usize): bool {
  const packets = load<u32>(r, 4 * (L.SIDE + L.PACKETS)) + load<u32>(r, 4 * (L.SIDE + L.SIDE_WORDS + L.PACKETS));
  return <i32>(load<u32>(r, 4 * L.COPIES) >>> L.COPIES_SHIFT) >= min<i32>(MOST_COPIES, <i32>packets - 1);
}
