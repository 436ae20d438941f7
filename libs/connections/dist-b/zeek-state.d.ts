import type { EndedConnection } from "./ended.ts";
/**
 * Zeek's conn_state, on our row. A side whose SYN or SYN-ACK was not captured counts as unseen; ignored RSTs count, trailing ones do not.
 * - S0 SYN, no answer · S1 established · SF both FINs · S2 only the client's FIN · S3 only the server's
 * - REJ the SYN was refused · RSTO the client reset · RSTR the server did · RSTOS0 SYN, then the client's RST, server unseen
 * - RSTRH the server answered and reset, client unseen · SH SYN and FIN, server unseen · SHR SYN-ACK and FIN, client unseen · OTH the rest
 */
export declare function connState(c: EndedConnection, rstByClient: boolean, rstByServer: boolean): string;
