import { Tracker } from "@hangup/connections";
import { ACK, PSH, Segment, SYN } from "@hangup/packets";

const CLIENTS = 20_000;
const SERVERS = 250;
const STEP_US = 10;

/**
 * Opens as many connections as each argument says, one number after the other, and prints how many bytes the process has resident then:
 * the program that the bench measures. Each has its handshake and data from both sides.
 */
const tracker = new Tracker({ settleUs: null, silenceUs: 120_000_000, maxMemoryBytes: 2 ** 31 }, () => true);
const segment = new Segment();
segment.timeUs = 1_750_000_000_000_000;
segment.window = 500;
let opened = 0;
for (const wanted of process.argv.slice(2).map(Number)) {
  while (opened < wanted) open(opened++);
  // What growing has thrown away is no connection's.
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  await new Promise((done) => setTimeout(done, 200));
  console.log(process.memoryUsage.rss());
}
if (tracker.table.live !== opened) throw new Error(`${tracker.table.live} of ${opened} connections are followed`);

function open(connection: number): void {
  const client = 0x0a000000 + (connection % CLIENTS);
  const server = (0xc0a80000 + (connection % SERVERS)) | 0;
  const port = 1024 + Math.floor(connection / CLIENTS);
  const isn = connection * 1000;
  const send = (fromClient: boolean, flags: number, seq: number, ack: number, length: number): void => {
    segment.timeUs += STEP_US;
    segment.packetIndex++;
    segment.src3 = fromClient ? client : server;
    segment.dst3 = fromClient ? server : client;
    segment.srcPort = fromClient ? port : 443;
    segment.dstPort = fromClient ? 443 : port;
    segment.flags = flags;
    segment.seq = seq >>> 0;
    segment.ack = ack >>> 0;
    segment.payloadLength = length;
    segment.ttl = fromClient ? 61 : 63;
    segment.ipId = segment.packetIndex & 0xffff;
    tracker.track(segment);
  };
  send(true, SYN, isn, 0, 0);
  send(false, SYN | ACK, isn * 2, isn + 1, 0);
  send(true, ACK, isn + 1, isn * 2 + 1, 0);
  send(true, PSH | ACK, isn + 1, isn * 2 + 1, 100);
  send(false, PSH | ACK, isn * 2 + 1, isn + 101, 1000);
}
