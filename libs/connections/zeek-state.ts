import type { EndedConnection } from "./ended.ts";

/**
 * Zeek's conn_state, on our row. A side counts as unseen unless its SYN or SYN-ACK was captured, or the client's answer to a SYN-ACK; a
 * SYN-ACK establishes both (TCP_Analyzer::UpdateInactiveState). Ignored RSTs count, trailing ones do not.
 * - S0 SYN, no answer · S1 established · SF both FINs · S2 only the client's FIN · S3 only the server's
 * - REJ the SYN was refused · RSTO the client reset · RSTR the server did · RSTOS0 SYN, then the client's RST, server unseen
 * - RSTRH the server answered and reset, client unseen · SH SYN and FIN, server unseen · SHR SYN-ACK and FIN, client unseen · OTH the rest
 */
export function connState(c: EndedConnection, rstByClient: boolean, rstByServer: boolean): string {
  const { client, server } = c;
  const bothFins = client.fin && server.fin && c.endedBy === "fin";
  if (bothFins) return "SF";
  const clientSeen = client.sentSyn || client.sentSynAck || (client.spoke && server.sentSynAck);
  const serverSeen = server.sentSynAck || server.sentSyn;
  if (rstByServer) {
    const onlySyn = client.sentSyn && !serverSeen && !client.fin;
    if (onlySyn || (rstByClient && !client.sentPayload && !server.sentPayload)) return "REJ";
    return clientSeen ? "RSTR" : "RSTRH";
  }
  if (rstByClient) {
    if (serverSeen) return "RSTO";
    return client.sentSyn && !saidMore(c.history) ? "RSTOS0" : "OTH";
  }
  if (client.fin && server.fin) return "SF";
  if (client.fin) return serverSeen ? "S2" : "SH";
  if (server.fin) return clientSeen ? "S3" : "SHR";
  if (client.sentSyn && !serverSeen) return server.sentPayload ? "OTH" : "S0";
  return clientSeen && serverSeen ? "S1" : "OTH";
}

/** Between its SYN and its RST the client acknowledged something, closed, or sent a hole or flags at odds. */
function saidMore(history: string): boolean {
  return /[HAFGIQ].*R/.test(history);
}
