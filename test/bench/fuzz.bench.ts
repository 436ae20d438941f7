import { CaptureDecoder, type Segment } from "@hangup/packets";
import { packet, type PacketBuilder, PcapBuilder } from "@hangup/packets/builder";

import { seededRandom } from "./random.ts";

export const name = "fuzz: changed packets through the decoder, until enough of them reach TCP";

/** Segments to reach, over all links; `npm run fuzz` asks for a hundred million. */
const WANTED = Number(process.env["HANGUP_FUZZ_SEGMENTS"] ?? 5_000_000);
/** Seeds of runs; one that found a fault is added and stays. HANGUP_FUZZ_SEED tries another. */
const SEEDS = process.env["HANGUP_FUZZ_SEED"] === undefined ? [1, 2, 3] : [Number(process.env["HANGUP_FUZZ_SEED"])];
const CHUNK = 1 << 18;
/** Memory that a decoder may come to hold: its carried record and a thousand fragmented packets. */
const ROOM = 64 << 20;

const v4 = { src: "10.0.0.1", dst: "10.0.0.2" };
const v6 = { src: "2001:db8::1", dst: "2001:db8::2" };
const tcp = () =>
  packet().tcp({ srcPort: 1000, dstPort: 80, seq: 7, flags: "SA", mss: 1460, timestamps: { value: 1 }, payload: 12 });
const extensions = [
  { header: 0, body: [0, 0, 0, 0, 0, 0] },
  { header: 44, body: [0, 0, 0, 0, 0, 1] },
];
const piece = (offset: number, end: number, more: boolean) =>
  packet(tcp().bytes.slice(offset, end)).ipv4({ ...v4, protocol: 6, fragment: { offset, more } });

const links: readonly {
  readonly name: string;
  readonly linkType: number;
  readonly packets: readonly PacketBuilder[];
}[] = [
  {
    name: "Ethernet",
    linkType: 1,
    packets: [
      tcp().ipv4(v4),
      tcp()
        .ipv4({ ...v4, options: [7, 4, 0, 0] })
        .vlan(4),
      tcp()
        .ipv6({ ...v6, extensions })
        .vlan(4)
        .vlan(5, 0x88a8),
      tcp().ipv4(v4).icmpError(3, 1).ipv4(v4),
      tcp().ipv6(v6).icmpv6Error(1, 1).ipv6(v6),
      piece(0, 24, true),
      piece(24, 99, false),
      tcp().ipv4(v4).pppoe(),
      tcp().ipv4(v4).mpls(1, 2),
    ].map((built) => built.ethernet()),
  },
  {
    name: "tunnels",
    linkType: 1,
    packets: [
      tcp().ipv6(v6).ipv4(v4),
      tcp().ipv4(v4).ethernet().vxlan(5).ipv4(v4),
      tcp().ipv6(v6).geneve(5, [1, 2, 3, 1, 0, 0, 0, 0]).ipv4(v4),
      tcp().ipv4(v4).gtp(5, 6).ipv6(v6),
      tcp().ipv4(v4).ethernet().erspan(3).ipv4(v4),
      tcp().ipv4(v4).gre({ key: 1, sequence: 2, checksum: true }).ipv4(v4),
    ].map((built) => built.ethernet()),
  },
  { name: "cooked", linkType: 113, packets: [tcp().ipv4(v4).sll(), tcp().ipv6(v6).vlan(3).sll()] },
  { name: "802.11", linkType: 127, packets: [tcp().ipv4(v4).wlan(true).radiotap(), tcp().ipv6(v6).wlan().radiotap()] },
  { name: "PPP", linkType: 9, packets: [tcp().ipv4(v4).ppp(), tcp().ipv6(v6).ppp()] },
];

/** Throws at the first fault, with the seed that shows it. */
export function run(): void {
  for (const seed of SEEDS) {
    for (const { name: link, linkType, packets } of links) {
      const templates = packets.map(({ bytes }) => new PcapBuilder().add(1.7e15, bytes).bytes().subarray(24));
      const fuzzing = new Fuzzing(linkType, templates, seed);
      const started = performance.now();
      const before = process.memoryUsage().arrayBuffers;
      try {
        while (fuzzing.segments < WANTED / links.length / SEEDS.length) fuzzing.round();
        fuzzing.end();
      } catch (cause) {
        throw new Error(`seed ${seed}, ${link}, round ${fuzzing.rounds}: ${String(cause)}`, { cause });
      }
      const grown = process.memoryUsage().arrayBuffers - before;
      if (grown > ROOM) throw new Error(`seed ${seed}, ${link}: the decoder holds ${grown} bytes`);
      // A wrong record length costs that record, now and then the next.
      if (fuzzing.packets < 0.999 * fuzzing.inputs)
        throw new Error(`seed ${seed}, ${link}: damage cost ${fuzzing.inputs - fuzzing.packets} packets`);
      const seconds = (performance.now() - started) / 1000;
      console.log(
        `  seed ${seed} ${link.padEnd(9)} ${fuzzing.segments} of ${fuzzing.inputs} inputs reached TCP, ${seconds.toFixed(1)} s`,
      );
    }
  }
}

/** Chunks of pcap records, each a template with up to four bytes changed, now and then its length too. */
class Fuzzing {
  segments = 0;
  inputs = 0;
  rounds = 0;
  readonly #templates: readonly Uint8Array[];
  readonly #random: () => number;
  readonly #decoder: CaptureDecoder;
  readonly #chunk = new Uint8Array(CHUNK);

  constructor(linkType: number, templates: readonly Uint8Array[], seed: number) {
    this.#templates = templates;
    this.#random = seededRandom(seed);
    this.#decoder = new CaptureDecoder((segment) => {
      this.segments++;
      check(segment);
    });
    this.#decoder.push(new PcapBuilder({ linkType }).bytes());
  }

  get packets(): number {
    return this.#decoder.counters.packets;
  }

  /** What waits behind a wrong length is read too. */
  end(): void {
    this.#decoder.end();
  }

  round(): void {
    const random = this.#random;
    const chunk = this.#chunk;
    let at = 0;
    for (;;) {
      const template = this.#templates[Math.floor(random() * this.#templates.length)];
      if (at + template.length > CHUNK) break;
      chunk.set(template, at);
      for (let changes = Math.floor(random() * 5); changes > 0; changes--) {
        // Headers lie in front; half of the values are those at which lengths and types turn.
        const offset = 16 + Math.floor(random() * (template.length - 16));
        const lot = Math.floor(random() * 512);
        chunk[at + offset] = lot < 256 ? lot : [0, 1, 4, 5, 6, 17, 47, 0x45, 0x60, 0x7f, 0x80, 0xff][lot % 12];
      }
      // One in 4,096 record lengths is wrong: the container must find its place again.
      if (random() < 1 / 4096) chunk[at + 8 + Math.floor(random() * 8)] ^= 1 << Math.floor(random() * 8);
      at += template.length;
      this.inputs++;
    }
    this.#decoder.push(chunk.subarray(0, at));
    this.rounds++;
    const {
      packets,
      tcp: found,
      notTcp,
      truncated,
      malformed,
      unsupported,
      fragments,
      badChecksum,
    } = this.#decoder.counters;
    if (found + notTcp + truncated + malformed + unsupported + fragments + badChecksum !== packets) {
      throw new Error("a packet without an outcome, or with two");
    }
  }
}

function check(segment: Segment): void {
  const { payloadOffset, payloadCaptured, payloadLength, buffer, tcpHeaderLength, ipLength } = segment;
  if (payloadCaptured < 0 || payloadCaptured > payloadLength)
    throw new Error(`payload ${payloadLength}, captured ${payloadCaptured}`);
  if (payloadCaptured > 0 && payloadOffset + payloadCaptured > buffer.length)
    throw new Error("payload beyond its buffer");
  if (!(tcpHeaderLength >= 20 && tcpHeaderLength <= 60 && ipLength >= 20)) throw new Error("an impossible length");
  if (!(segment.seq >= 0 && segment.ack >= 0 && segment.timeUs >= 0 && segment.packetIndex > 0))
    throw new Error("no number");
}
