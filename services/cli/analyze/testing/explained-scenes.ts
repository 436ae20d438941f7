import { Conversation } from "@hangup/connections";

const HANDSHAKE = "cS sSA cA";
const EXCHANGE = `${HANDSHAKE} cD200 sA sD3000 cA`;

/** RSTs that have come by another way. */
function foreign(text: string, ttl: number, options = {}): Conversation {
  const played = new Conversation(options).play(text);
  for (const segment of played.segments) if ((segment.flags & 4) !== 0) segment.ttl = ttl;
  return played;
}

/** Three keepalive probes in vain. */
function probed(): Conversation {
  const played = new Conversation().play(EXCHANGE);
  const seq = played.next("c") - 1;
  for (let i = 0; i < 3; i++) played.wait(75_000_000).send("c", { flags: 16, seq });
  return played.wait(75_000_000).play("cRA");
}

/** A capture, and all that is told of the first connection that ends in it. */
export interface Scene {
  readonly name: string;
  readonly capture: readonly Conversation[];
  /** Only SYN, FIN and RST segments were captured. */
  readonly flags?: boolean;
  readonly text: string;
}

const play = (text: string, options = {}): Conversation[] => [new Conversation(options).play(text)];

export const SCENES: readonly Scene[] = [
  {
    name: "a normal close",
    capture: play(`${EXCHANGE} cF sF cA`),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  fin by the client: fin_client_first (95% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The client sent
    200 bytes in 6 packets, the server 3,000 bytes in 4 packets. Both sides sent FIN, 10.0.0.1:40000 first; the last
    packet came after 80.0 ms. The second FIN acknowledges the first.
  What follows: 10.0.0.1:40000 had no more to say and closed, and 10.0.1.1:443 closed, too. Both directions ended in
    order.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "a half-close",
    capture: play(`${EXCHANGE} cF sA ~2s sD9000 cA sF cA`),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  fin by the client: half_close (95% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The client sent
    200 bytes in 7 packets, the server 12,000 bytes in 6 packets. Both sides sent FIN, 10.0.0.1:40000 first; the last
    packet came after 2.1 s. New payload followed the other side's FIN and acknowledged it.
  What follows: 10.0.0.1:40000 closed its direction, 10.0.1.1:443 went on sending and closed later. Both directions
    ended in order.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "a closed port",
    capture: play("cS sRR", { serverPort: 8080 }),
    text: `
10.0.0.1:40000 → 10.0.1.1:8080  refused by the server: port_closed (70% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:8080 (server). After 10.0 ms a
    RST with the address 10.0.1.1:8080 answered: RST+ACK with seq 0, as a stack answers a segment without ACK, TTL 62.
  What follows: No socket listens at 10.0.1.1:8080: the host is up, and its TCP refused the SYN. That is likely, not
    certain.
  Could also be: firewall_reject (a filter answered the SYN in the host's name).
  What would settle it: on the host of 10.0.1.1:8080, who listens (ss -ltn) and whether a rule rejects (nft list
    ruleset).
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 8080
`,
  },
  {
    name: "a filter's reject rule, on a host that answers elsewhere",
    capture: [foreign("cS sRR", 250, { serverPort: 25 }), ...play(`~1s ${EXCHANGE} cF sF cA`, { clientPort: 40_001 })],
    text: `
10.0.0.1:40000 → 10.0.1.1:25  refused by the server: firewall_reject (80% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:25 (server). After 10.0 ms a
    RST with the address 10.0.1.1:25 answered: RST+ACK with seq 0, as a stack answers a segment without ACK, TTL 250.
    The RST's TTL differs from that of every SYN-ACK of the host.
  What follows: A filter between 10.0.0.1:40000 and 10.0.1.1:25 refused the SYN in the host's name.
  Could also be: port_closed (nothing listens on the port: the host's own stack refused the SYN).
  What would settle it: a capture at 10.0.1.1:25: a RST that arrived here and never left there was made in between.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 25
`,
  },
  {
    name: "no answer",
    capture: play("cS ~1s =cS ~2s =cS ~4s =cS"),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  timeout, the server is silent: syn_unanswered (90% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). It sent 4 packets
    in all. The last packet came after 7.0 s; then there was silence. The SYN was repeated.
  What follows: Nobody answered 10.0.0.1:40000: the SYNs did not reach 10.0.1.1:443, or the answers did not get here.
  Behind it may be: a filter that drops; a host that is off; answers on another path.
  What would settle it: a capture nearer to 10.0.1.1:443: do the SYNs arrive, and does an answer leave?
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "a full accept queue",
    capture: play(`${HANDSHAKE} cD200 ~1s =cD200 =sSA ~2s =cD200 ~4s =cD200 ~8s =cD200`),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  timeout, the server is silent: listen_overflow (90% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The client sent
    200 bytes in 7 packets (4 segments again), the server no payload in 2 packets. The last packet came after 15.1 s;
    then there was silence. The SYN-ACK was repeated by the server's timer; the last segment was repeated at least
    four times and never acknowledged.
  What follows: The accept queue at 10.0.1.1:443 was full: its kernel had no room for a connection whose handshake was
    complete, because the application accepts too slowly.
  Behind it may be: a filter that drops payload.
  What would settle it: on the host of 10.0.1.1:443, the counter TcpExtListenOverflows (nstat -az), and Recv-Q of the
    listener (ss -ltn).
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "a peer that fell silent",
    capture: play(`${EXCHANGE} cD50 ~1s =cD50 ~2s =cD50 ~4s =cD50 ~8s =cD50`),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  timeout, the server is silent: retransmission_timeout (90% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The client sent
    250 bytes in 9 packets (4 segments again), the server 3,000 bytes in 3 packets. The last packet came after 15.1 s;
    then there was silence. The last segment was repeated at least four times and never acknowledged.
  What follows: 10.0.0.1:40000 repeated its last segment and never heard from 10.0.1.1:443 again.
  Behind it may be: a dead peer; a broken path; a NAT or firewall that lost its state and drops.
  What would settle it: a capture nearer to 10.0.1.1:443: do the segments arrive, and does an answer leave?
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "a client that was turned away",
    capture: play(`${HANDSHAKE} ~5s sRA`, { serverPort: 22 }),
    text: `
10.0.0.1:40000 → 10.0.1.1:22  reset by the server: access_denied (75% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:22 (server). The client sent no
    payload in 2 packets, the server no payload in 2 packets. A RST with the address 10.0.1.1:22 ended it after 5.0 s:
    RST+ACK, as the owner of a connection aborts it, TTL 62 (62 in that side's other packets). Before the end nothing
    was sent for 5.0 s. No payload passed; no data was under way: what was sent had been acknowledged, or was by the
    RST itself; the server cut it within 8 s of the SYN-ACK without sending a byte.
  What follows: 10.0.1.1:22 accepted the connection and turned 10.0.0.1:40000 away before a byte was said: the service
    itself (an access list, a limit on connections), or a proxy that accepts for a backend that is away. That is
    likely, not certain.
  Could also be: app_abort (an application cut the connection on purpose); unread_data_close (an application closed
    its socket while received data was still unread).
  What would settle it: the log of the service at 10.0.1.1:22.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 22
`,
  },
  {
    name: "a close over unread data",
    capture: play(`${HANDSHAKE} cD5000 sA sRA`),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  reset by the server: unread_data_close (60% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The client sent
    5,000 bytes in 3 packets, the server no payload in 3 packets. A RST with the address 10.0.1.1:443 ended it after
    50.0 ms: RST+ACK, as the owner of a connection aborts it, TTL 62 (62 in that side's other packets). No data was
    under way: what was sent had been acknowledged, or was by the RST itself; the peer's last data had not been
    answered; only the peer of the RST's sender had sent data; the server cut it within 8 s of the SYN-ACK without
    sending a byte.
  What follows: The application at 10.0.1.1:443 closed its socket while data from 10.0.0.1:40000 lay unread in it;
    then a kernel says RST, not FIN. An answer that was under way to 10.0.0.1:40000 may be lost as well. That is
    likely, not certain.
  Could also be: app_abort (an application cut the connection on purpose); rst_instead_of_fin (all was said, and a
    side closed with a RST to skip the half-closed state).
  What would settle it: the reason that the kernel at 10.0.1.1:443 gives (tcp:tcp_send_reset), its counter
    TcpExtTCPAbortOnClose, or the application's log.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "a web server's shortcut",
    capture: play(`${EXCHANGE} ~65s sRA`),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  reset by the server: rst_instead_of_fin (60% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The client sent
    200 bytes in 4 packets, the server 3,000 bytes in 4 packets. A RST with the address 10.0.1.1:443 ended it after
    65.1 s: RST+ACK, as the owner of a connection aborts it, TTL 62 (62 in that side's other packets). Before the end
    nothing was sent for 65.0 s. No data was under way: what was sent had been acknowledged, or was by the RST itself;
    both sides had sent data.
  What follows: All was said. 10.0.1.1:443 closed by RST to spare itself the half-closed state: nothing was lost, it
    harms nobody. That is likely, not certain.
  Could also be: app_abort (an application cut the connection on purpose); unread_data_close (an application closed
    its socket while received data was still unread).
  What would settle it: the log of the application at 10.0.1.1:443: had it more to say?
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "an abort in the middle of an answer",
    capture: play(`${HANDSHAKE} cD200 sA sD3000 sD3000 cA sD3000 ~30s sRA`),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  reset by the server: app_abort (90% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The client sent
    200 bytes in 4 packets, the server 9,000 bytes in 6 packets. A RST with the address 10.0.1.1:443 ended it after
    30.1 s: RST+ACK, as the owner of a connection aborts it, TTL 62 (62 in that side's other packets). Before the end
    nothing was sent for 30.0 s. Data was still under way when the RST came; both sides had sent data.
  What follows: The owner of the connection at 10.0.1.1:443 cut it: a close with SO_LINGER 0 (often on a timeout), an
    administrator's command, or the end of its process.
  Could also be: process_crash (the process died, and its connections with it); unread_data_close (an application
    closed its socket while received data was still unread).
  What would settle it: the reason that the kernel at 10.0.1.1:443 gives (tcp:tcp_send_reset), or its application's
    log.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "an abort of which only SYN, FIN and RST segments were captured",
    capture: play(`${EXCHANGE} ~30s sRA`),
    flags: true,
    text: `
10.0.0.1:40000 → 10.0.1.1:443  reset by the server: app_abort (60% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). Only SYN, FIN and
    RST segments were captured; by their numbers the client sent 200 bytes, the server 3,000 bytes. A RST with the
    address 10.0.1.1:443 ended it after 30.1 s: RST+ACK, as the owner of a connection aborts it, TTL 62 (62 in that
    side's other packets). Both sides had sent data.
  What follows: The owner of the connection at 10.0.1.1:443 cut it: a close with SO_LINGER 0 (often on a timeout), an
    administrator's command, or the end of its process. That is likely, not certain. Whether it harmed anybody cannot
    be told from what was captured.
  Could also be: rst_instead_of_fin (all was said, and a side closed with a RST to skip the half-closed state);
    process_crash (the process died, and its connections with it); unread_data_close (an application closed its socket
    while received data was still unread).
  What would settle it: the reason that the kernel at 10.0.1.1:443 gives (tcp:tcp_send_reset), or its application's
    log.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "data after a close",
    capture: play(`${EXCHANGE} sF cA ~5ms cD700 sR`),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  reset by the server: data_after_close (95% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The client sent
    900 bytes in 6 packets, the server 3,000 bytes in 5 packets. A RST with the address 10.0.1.1:443 ended it after
    105.0 ms: bare, as a stack answers a segment that no socket wants, TTL 62 (62 in that side's other packets). The
    sender of the RST had sent its FIN; data reached the sender of the RST after it had closed.
  What follows: 10.0.1.1:443 had closed, and then came data that nobody there would read. 10.0.0.1:40000 cannot know
    how much was used.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "a prober that gave up",
    capture: [probed()],
    text: `
10.0.0.1:40000 → 10.0.1.1:443  reset by the client: keepalive_timeout (90% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The client sent
    200 bytes in 8 packets, the server 3,000 bytes in 3 packets. A RST with the address 10.0.0.1:40000 ended it after
    5 min: RST+ACK, as the owner of a connection aborts it, TTL 64 (64 in that side's other packets). Before the end
    nothing was sent for 75.0 s. At least two keepalive probes went unanswered; no data was under way: what was sent
    had been acknowledged, or was by the RST itself; both sides had sent data.
  What follows: 10.0.0.1:40000 asked whether 10.0.1.1:443 was still there, heard nothing, and gave up: 10.0.1.1:443 is
    gone, or the path to it.
  Could also be: app_abort (an application cut the connection on purpose).
  What would settle it: a capture nearer to 10.0.1.1:443: do the probes arrive, and does an answer leave?
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "a connection that one side has forgotten",
    capture: play(`${EXCHANGE} ~360s cD200 sR`),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  reset by the server: no_connection (90% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The client sent
    400 bytes in 5 packets, the server 3,000 bytes in 4 packets. A RST with the address 10.0.1.1:443 ended it after
    6 min: bare, as a stack answers a segment that no socket wants, TTL 62 (62 in that side's other packets). Before
    the end nothing was sent for 6 min. The RST's number is the acknowledgement of the segment that it answers.
  What follows: A segment of 10.0.0.1:40000 reached a host that has no such connection. Either that host had lost it
    (a reboot, a failover, an end that never reached 10.0.0.1:40000), or a box between had (a NAT or firewall entry
    that expired).
  Could also be: nat_expired (a NAT forgot the connection while it was idle); host_reboot (the host rebooted and knows
    none of its connections); untranslated_segment (a segment slipped through the NAT with an address its receiver
    does not know); firewall_reset (a filter between the hosts reset the connection).
  What would settle it: a capture at both ends, and what the other connections of 10.0.1.1:443 did at that time.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "a filter between",
    capture: [foreign(`${EXCHANGE} ~300s cD200 sR`, 250)],
    text: `
10.0.0.1:40000 → 10.0.1.1:443  reset by the server: firewall_reset (85% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The client sent
    400 bytes in 5 packets, the server 3,000 bytes in 4 packets. A RST with the address 10.0.1.1:443 ended it after
    5 min: bare, as a stack answers a segment that no socket wants, TTL 250 (62 in that side's other packets). Before
    the end nothing was sent for 5 min. The RST's TTL differs from every other of the side whose address it carries.
  What follows: A filter between the hosts reset the connection: its RST carries the address of 10.0.1.1:443, which by
    what was seen did not send it.
  Could also be: injected (a third party forged the RST).
  What would settle it: a capture at 10.0.1.1:443: a RST that arrived here and never left there was made in between.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "a forged answer to a request",
    capture: [foreign(`${HANDSHAKE} cD200 sRA`, 99)],
    text: `
10.0.0.1:40000 → 10.0.1.1:443  reset by the server: filter_block (85% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The client sent
    200 bytes in 3 packets, the server no payload in 2 packets. A RST with the address 10.0.1.1:443 ended it after
    40.0 ms: RST+ACK, as the owner of a connection aborts it, TTL 99 (62 in that side's other packets). No data was
    under way: what was sent had been acknowledged, or was by the RST itself; the RST's TTL differs from every other
    of the side whose address it carries; the RST came within 1 s of the client's first data.
  What follows: Filtering software read what 10.0.0.1:40000 asked and answered by RST in the name of 10.0.1.1:443,
    which by what was seen did not send it and may have got the request.
  Could also be: injected (a third party forged the RST).
  What would settle it: a capture at 10.0.1.1:443: a RST that arrived here and never left there was made in between.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "a client that changed its mind",
    capture: play("cS sSA cR"),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  reset by the client: client_cancelled_handshake (90% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: 10.0.0.1:40000 (client) sent a SYN to 10.0.1.1:443 (server). The server
    answered by SYN-ACK, and the handshake was not completed; 2 packets of the client and 1 of the server. A RST with
    the address 10.0.0.1:40000 ended it after 20.0 ms: bare, as a stack answers a segment that no socket wants, TTL 64
    (64 in that side's other packets). The client answers the SYN-ACK by RST.
  What follows: 10.0.0.1:40000 gave up before its own handshake was complete. No application at 10.0.1.1:443 heard of
    it.
  Behind it may be: a half-open scan; the slower one of two tries, IPv6 and IPv4.
  What would settle it: the program at 10.0.0.1:40000: its connect timeout, or whether it scans.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "an abort whose connection began before the capture",
    capture: play("cD200 sA sD100 cA sD200 sRA"),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  reset by the server: app_abort (58% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: first packet here of a connection of 10.0.0.1:40000 (client) with 10.0.1.1:443
    (server) that was open before. Which side is the client is a guess: its SYN was not captured. The client sent 200
    bytes in 2 packets, the server 300 bytes in 4 packets. A RST with the address 10.0.1.1:443 ended it after 50.0 ms:
    RST+ACK, as the owner of a connection aborts it, TTL 62 (62 in that side's other packets). Data was still under
    way when the RST came; both sides had sent data.
  What follows: The owner of the connection at 10.0.1.1:443 cut it: a close with SO_LINGER 0 (often on a timeout), an
    administrator's command, or the end of its process. That is a hint and no more.
  Could also be: process_crash (the process died, and its connections with it); unread_data_close (an application
    closed its socket while received data was still unread).
  What would settle it: the reason that the kernel at 10.0.1.1:443 gives (tcp:tcp_send_reset), or its application's
    log.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "nothing but a RST",
    capture: play("sR"),
    text: `
10.0.0.1:40000 → 10.0.1.1:443  reset by the server: no_connection (50% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: nothing but RSTs between 10.0.0.1:40000 (client) and 10.0.1.1:443 (server) was
    captured. The first RST carries the address 10.0.1.1:443: bare, as a stack answers a segment that no socket wants,
    TTL 62.
  What follows: A segment of 10.0.0.1:40000 reached a host that has no such connection. Either that host had lost it
    (a reboot, a failover, an end that never reached 10.0.0.1:40000), or a box between had (a NAT or firewall entry
    that expired). That is a hint and no more.
  Could also be: firewall_reset (a filter between the hosts reset the connection); injected (a third party forged the
    RST).
  What would settle it: a capture at both ends, and what the other connections of 10.0.1.1:443 did at that time.
  Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.1.1 && tcp.port == 40000 && tcp.port == 443
`,
  },
  {
    name: "IPv6",
    capture: play(`${HANDSHAKE} cRA`, { family: 6 }),
    text: `
[fd00::101]:40000 → [fd00::201]:443  reset by the client: app_abort (90% sure)
  Seen: 2023-11-14 22:13:20.000000 UTC: [fd00::101]:40000 (client) sent a SYN to [fd00::201]:443 (server). The client
    sent no payload in 3 packets, the server no payload in 1 packet. A RST with the address [fd00::101]:40000 ended it
    after 30.0 ms: RST+ACK, as the owner of a connection aborts it, TTL 64 (64 in that side's other packets). No data
    was under way: what was sent had been acknowledged, or was by the RST itself; the client completed the handshake
    and cut it without a byte.
  What follows: The owner of the connection at [fd00::101]:40000 cut it: a close with SO_LINGER 0 (often on a
    timeout), an administrator's command, or the end of its process.
  Could also be: process_crash (the process died, and its connections with it); unread_data_close (an application
    closed its socket while received data was still unread).
  What would settle it: the reason that the kernel at [fd00::101]:40000 gives (tcp:tcp_send_reset), or its
    application's log.
  Wireshark: ipv6.addr == fd00::101 && ipv6.addr == fd00::201 && tcp.port == 40000 && tcp.port == 443
`,
  },
];
