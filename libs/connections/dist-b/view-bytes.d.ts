import { type EndedConnection } from "./ended.ts";
/**
 * In a capture of SYN, FIN and RST alone the payload is not there, but the numbers tell it, exactly below 4 GiB: a FIN its own
 * side's bytes, an abort what its side sent and received, a bare RST what the peer had acknowledged. Sets bytes and sentPayload.
 */
export declare function bytesFromNumbers(c: EndedConnection): void;
