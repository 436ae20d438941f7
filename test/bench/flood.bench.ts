import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Conversation } from "@hangup/connections";
import { packet, PcapBuilder, segmentPacket } from "@hangup/packets/builder";
import { Observer, type ObserverOptions } from "@hangup/teardowns";

import { residentMb } from "./process-cost.ts";

export const name = "flood: ten million SYNs, answered or not, beside connections that must still be judged right";

const TUPLES = Number(process.env["HANGUP_FLOOD_TUPLES"] ?? 10_000_000);
const CAP = 64 << 20;
/** What is kept beside the connections, of hosts and scans say. */
const BESIDE = 24 << 20;
const START_US = 1_700_000_000_000_000;
/** Two tuples so far apart, µs: half a million a second. */
const APART_US = 2;
/** Tuples of the flood between two packets beside it. */
const BETWEEN = 1_000;
/** Connections under way beside the flood. */
const ALONGSIDE = 40;

/** How the connections beside it go, and what must be said of them. */
const ENDINGS = [
  { play: "cS sSA cA cD200 sA sD3000 cA cF sA sF cA", verdict: "fin fin_client_first" },
  { play: "cS sSA cA cD200 sA sD100 cA cD50 sA sRA", verdict: "reset unread_data_close" },
  { play: "cS sSA cA cD200 sA cRA", verdict: "reset app_abort" },
  { play: "cS sSA cA cD200 sA sD100 cA cD50 sR", verdict: "reset no_connection" },
];

/** Throws where a connection is judged otherwise, or where more is kept than the cap allows. */
export function run(): void {
  for (const live of [true, false]) for (const refused of [false, true]) flood(live, refused);
}

function flood(live: boolean, refused: boolean): void {
  const said = new Map<string, number>();
  const before = kept();
  const options: ObserverOptions = { collector: "flood", epoch: 0, live, all: false, maxMemoryBytes: CAP };
  const observer = new Observer(options, ({ server_port: port, kind, cause }) => {
    if (port === 443) said.set(`${kind} ${cause}`, (said.get(`${kind} ${cause}`) ?? 0) + 1);
  });
  const started = performance.now();
  observer.push(new PcapBuilder().bytes());
  const tuples = new Tuples(refused);
  const beside = new Beside();
  for (let sent = 0; sent < TUPLES; sent += BETWEEN) {
    observer.push(tuples.next());
    observer.push(beside.next(START_US + (sent + BETWEEN) * APART_US));
  }
  while (beside.isUnderWay) observer.push(beside.next(START_US + TUPLES * APART_US, true));
  const grown = kept() - before;
  observer.finish();
  const seconds = (performance.now() - started) / 1000;
  const { evicted, tracking } = observer.counters;
  console.log(
    `  ${live ? "live" : "a file"}, ${refused ? "refused" : "unanswered"}: ${TUPLES} tuples in ${seconds.toFixed(1)} s; kept ${mb(grown)} ` +
      `of ${mb(CAP)} (process ${residentMb(process.pid).toFixed(0)} MB); ${evicted["half_open"]} half-open, ` +
      `${tracking.evictedEnded} ended went early; ${beside.ended} beside judged right`,
  );
  if (grown > CAP + BESIDE) throw new Error(`more is kept than ${mb(CAP)}: ${mb(grown)}`);
  if (evicted["idle"] !== 0 || tracking.untracked !== 0) throw new Error("live connections had to go");
  const wrong = ENDINGS.filter(({ verdict }, i) => said.get(verdict) !== beside.endedOf(i));
  if (wrong.length > 0) throw new Error(`judged otherwise: ${JSON.stringify([...said])}`);
}

function mb(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MB`;
}

/** Bytes of arrays that are in use, and of the table's memory all that is reserved. */
function kept(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // What a first round finds unused gives its memory back in the second.
  for (let round = 0; round < 2; round++) collect();
  return process.memoryUsage().external;
}

const HEADER = 16;
const SOURCE = HEADER + 26;
const DESTINATION = HEADER + 30;
const SOURCE_PORT = HEADER + 34;
const DESTINATION_PORT = HEADER + 36;
const SEQ = HEADER + 38;
const ACK = HEADER + 42;

/** pcap records of SYNs, each of another client, perhaps with the RST that refuses it. */
class Tuples {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #record: number;
  readonly #refused: boolean;
  #count = 0;

  constructor(refused: boolean) {
    const syn = packet().tcp({ srcPort: 1, dstPort: 80, flags: "S" }).ipv4({ src: "10.0.0.1", dst: "10.9.9.9" });
    const rst = packet().tcp({ srcPort: 80, dstPort: 1, flags: "RA" }).ipv4({ src: "10.9.9.9", dst: "10.0.0.1" });
    const records = (refused ? [syn, rst] : [syn]).map((built) =>
      new PcapBuilder().add(START_US, built.ethernet()).bytes().subarray(24),
    );
    this.#refused = refused;
    this.#record = records[0].length;
    this.#bytes = new Uint8Array(BETWEEN * records.length * this.#record);
    this.#view = new DataView(this.#bytes.buffer);
    for (let at = 0, i = 0; at < this.#bytes.length; at += this.#record, i++)
      this.#bytes.set(records[i % records.length], at);
  }

  next(): Uint8Array {
    for (let at = 0; at < this.#bytes.length;) {
      const i = this.#count++;
      const timeUs = START_US + i * APART_US;
      // Odd factors give each number another value.
      const client = Math.imul(i, 0x9e3779b1);
      const isn = Math.imul(i, 0x85ebca6b);
      this.#put(at, timeUs, SOURCE, client, SOURCE_PORT, 1024 + (i % 60_000), SEQ, isn);
      at += this.#record;
      if (!this.#refused) continue;
      this.#put(at, timeUs + 1, DESTINATION, client, DESTINATION_PORT, 1024 + (i % 60_000), ACK, isn + 1);
      at += this.#record;
    }
    return this.#bytes;
  }

  #put(
    at: number,
    timeUs: number,
    address: number,
    client: number,
    port: number,
    number: number,
    field: number,
    value: number,
  ): void {
    this.#view.setUint32(at, Math.floor(timeUs / 1e6), true);
    this.#view.setUint32(at + 4, timeUs % 1e6, true);
    this.#view.setUint32(at + address, client);
    this.#view.setUint16(at + port, number);
    this.#view.setUint32(at + field, value);
  }
}

/** Connections of all endings, so many at a time, a packet of each in turn. */
class Beside {
  readonly #underWay: { readonly ending: number; readonly packets: Conversation["segments"] }[] = [];
  readonly #ended = ENDINGS.map(() => 0);
  #begun = 0;

  get isUnderWay(): boolean {
    return this.#underWay.length > 0;
  }

  get ended(): number {
    return this.#ended.reduce((sum, count) => sum + count);
  }

  endedOf(ending: number): number {
    return this.#ended[ending];
  }

  /** The next record, at that time. `last`: nothing is begun any more. */
  next(timeUs: number, last = false): Uint8Array {
    const wanted = last ? 0 : ALONGSIDE;
    while (this.#underWay.length < wanted) this.#underWay.push(this.#begin());
    const one = this.#underWay.shift()!;
    const segment = one.packets.shift()!;
    segment.timeUs = timeUs;
    if (one.packets.length > 0) this.#underWay.push(one);
    else this.#ended[one.ending]++;
    return new PcapBuilder().add(timeUs, segmentPacket(segment)).bytes().subarray(24);
  }

  #begin(): { ending: number; packets: Conversation["segments"] } {
    const i = this.#begun++;
    const ending = i % ENDINGS.length;
    const options = { clientPort: 1024 + i, clientIsn: i * 7919, serverIsn: i * 104_729 };
    return { ending, packets: [...new Conversation(options).play(ENDINGS[ending].play).segments] };
  }
}
