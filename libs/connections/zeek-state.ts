import type { EndedConnection } from "./ended.ts";

/**
 * Zeek's conn_state, on our row. A side whose SYN or SYN-ACK was not captured counts as unseen; ignored RSTs count, trailing ones do not.
 * - S0 SYN, no answer · S1 established · SF both FINs · S2 only the client's FIN · S3 only the server's
 * - REJ the SYN was refused · RSTO the client reset · RSTR the server did · RSTOS0 SYN, then the client's RST, server unseen
 * - RSTRH the server answered and reset, client unseen · SH SYN and FIN, server unseen · SHR SYN-ACK and FIN, client unseen · OTH the rest
 * @param payload some was captured of either side.
 */
export function connState(c: EndedConnection, rstByClient: boolean, rstByServer: boolean, payload: boolean): string {
  const { client, server } = c;
  const bothFins = client.fin && server.fin && c.endedBy === "fin";
  if (bothFins) return "SF";
  const clientSeen = client.sentSyn || client.sentSynAck;
  const serverSeen = server.sentSynAck || server.sentSyn;
  if (rstByServer) {
    if ((clientSeen && !client.spoke && !c.handshake) || (rstByClient && !payload)) return "REJ";
    return clientSeen ? "RSTR" : "RSTRH";
  }
  if (rstByClient) {
    if (serverSeen) return "RSTO";
    return client.sentSyn ? "RSTOS0" : "OTH";
  }
  if (client.fin && server.fin) return "SF";
  if (client.fin) return serverSeen ? "S2" : "SH";
  if (server.fin) return clientSeen ? "S3" : "SHR";
  if (clientSeen && !serverSeen) return client.spoke || server.spoke ? "OTH" : "S0";
  if (clientSeen && serverSeen && (c.handshake || c.flagsOnly)) return "S1";
  return "OTH";
}
