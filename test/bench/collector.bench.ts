import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startBroker } from "@hangup/kafka";
import { freePort } from "@hangup/service/testing";
import { FrameWriter } from "./frame-writer.ts";
import { PacketSender } from "./packet-sender.ts";
import { cpuSeconds, residentMb } from "./process-cost.ts";

export const name = "collector: what it costs live, and what it can take";

/** HANGUP_BENCH_NODE: options for the collector's Node.js, such as `--cpu-prof`. */
const nodeOptions = (process.env["HANGUP_BENCH_NODE"] ?? "").split(" ").filter((word) => word !== "");
const main = join(import.meta.dirname, "../../services/collector/dist/main.js");
const PACKETS_A_CONNECTION = 10;
const MEASURED_SECONDS = 10;
/** First so many at the rate that is measured: who runs for days has its code compiled and its memory grown. */
const WARM_UP_CONNECTIONS = 150_000;
const RUNS = 3;
const FLOOD_SECONDS = 3;
const FLOOD_PROCESSES = 4;
const TRIES = 4;
/** Of a flood, one packet in so many. */
const RST_EVERY = 100;

interface Place {
  readonly directory: string;
  readonly sender: PacketSender;
  readonly kafka: string;
}

export async function run(): Promise<void> {
  if (process.getuid?.() !== 0 || spawnSync("cc", ["--version"]).status !== 0) {
    console.log("  left out: it needs root and a C compiler (cc)");
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), "hangup-bench-"));
  const port = await freePort();
  const broker = await startBroker({ dataDir: join(directory, "kafka"), port, logFile: join(directory, "kafka.log") });
  try {
    const sender = new PacketSender(directory);
    try {
      const place = { directory, sender, kafka: `127.0.0.1:${port}` };
      await costs(place, 1_000, "target 3 % of a core, 150 MB");

      await costs(place, 10_000, "published");
      await lossless(place, "flags", [500_000, 600_000]);
      await lossless(place, "all", [100_000, 150_000, 200_000, 300_000, 400_000]);
    } finally {
      sender.close();
    }
  } finally {
    await broker.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** CPU of collector and tcpdump at so many connections a second: the best of some runs, since what disturbs only adds. */
async function costs(place: Place, connectionsPerSecond: number, aim: string): Promise<void> {
  const warmUp = join(place.directory, "warm-up.pcap");
  const file = join(place.directory, `${connectionsPerSecond}.pcap`);
  const warmUpSeconds = WARM_UP_CONNECTIONS / connectionsPerSecond;
  writeConnections(warmUp, connectionsPerSecond, warmUpSeconds, 0);
  writeConnections(file, connectionsPerSecond, MEASURED_SECONDS, WARM_UP_CONNECTIONS);
  console.log(`  ${connectionsPerSecond} connections/s of ${PACKETS_A_CONNECTION} packets, to Kafka (${aim})`);
  for (let count = 0; count < RUNS; count++) {
    const collector = await Collector.start(place, ["--bootstrap-server", place.kafka]);
    await place.sender.send(warmUp, connectionsPerSecond * PACKETS_A_CONNECTION, warmUpSeconds);
    await sleep(3_000);
    const sending = place.sender.send(file, connectionsPerSecond * PACKETS_A_CONNECTION, MEASURED_SECONDS);
    const before = collector.cpu();
    const began = performance.now();
    await sleep(MEASURED_SECONDS * 1_000 - 500);
    const seconds = (performance.now() - began) / 1_000;
    const after = collector.cpu();
    const memory = collector.memory();
    const { packets } = await sending;
    const percent = (who: "collector" | "tcpdump") => (((after[who] - before[who]) / seconds) * 100).toFixed(2);
    const sum = (((after.collector + after.tcpdump - before.collector - before.tcpdump) / seconds) * 100).toFixed(2);
    await sleep(2_500);
    const { events, dropped } = await collector.stop();
    console.log(
      `    collector ${percent("collector")} % + tcpdump ${percent("tcpdump")} % = ${sum} % of a core, ` +
        `${memory.collector.toFixed(0)} + ${memory.tcpdump.toFixed(0)} MB; ${packets} packets, ${events} events, ${dropped} packets dropped`,
    );
  }
}

/**
 * Sends small packets at growing rates, one in a hundred with RST, and compares what the collector got with what it should
 * have got. Each rate has some
 * tries, since the sender needs most of a core for it; of those the one that came nearest is told.
 */
async function lossless(place: Place, mode: "all" | "flags", rates: readonly number[]): Promise<void> {
  const file = join(place.directory, "data.pcap");
  writeData(file);
  console.log(`  small packets, one in a hundred with RST, capture mode ${mode}`);
  for (const rate of rates) {
    let best = await flood(place, mode, file, rate);
    for (let count = 1; count < TRIES && (best.missing > 0 || best.sent < rate * 0.99); count++) {
      const next = await flood(place, mode, file, rate);
      if (next.missing === 0 && (best.missing > 0 || next.sent > best.sent)) best = next;
    }
    console.log(
      `    asked ${rate}/s, sent ${Math.round(best.sent)}/s: ${best.missing} missing of ${best.wanted}; ` +
        `CPU µs a packet: collector ${best.collector.toFixed(2)}, tcpdump ${best.tcpdump.toFixed(2)}`,
    );
  }
}

interface Flood {
  /** Packets a second. */
  readonly sent: number;
  /** Packets that the capture mode wants, and those that the collector did not get. */
  readonly wanted: number;
  readonly missing: number;
  /** CPU µs a packet. */
  readonly collector: number;
  readonly tcpdump: number;
}

async function flood(place: Place, mode: "all" | "flags", file: string, rate: number): Promise<Flood> {
  const collector = await Collector.start(place, ["--dry-run", "--capture-mode", mode]);
  const before = collector.cpu();
  const { packets, each, seconds } = await place.sender.send(file, rate, FLOOD_SECONDS, FLOOD_PROCESSES);
  await sleep(2_500);
  const after = collector.cpu();
  const { captured } = await collector.stop();
  const wanted = mode === "all" ? packets : each.reduce((sum, count) => sum + Math.floor(count / RST_EVERY), 0);
  const perPacket = (who: "collector" | "tcpdump"): number => ((after[who] - before[who]) * 1e6) / packets;
  return {
    wanted,
    missing: wanted - captured,
    sent: packets / seconds,
    collector: perPacket("collector"),
    tcpdump: perPacket("tcpdump"),
  };
}

/** A collector and its tcpdump. */
class Collector {
  readonly #child;
  readonly #tcpdump: number;
  #stderr = "";

  private constructor(child: ReturnType<typeof spawn>, netns: string) {
    this.#child = child;
    this.#tcpdump = Number(execFileSync("ip", ["netns", "pids", netns], { encoding: "utf8" }).trim().split("\n")[0]);
  }

  static async start({ sender }: Place, args: readonly string[]): Promise<Collector> {
    const where = ["--netns", sender.netns, "-i", sender.interface, "--admin-listen", `127.0.0.1:${await freePort()}`];
    const child = spawn(process.execPath, [...nodeOptions, main, ...where, ...args], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let text = "";
    const capturing = new Promise<void>((resolve, reject) => {
      child.stderr.setEncoding("utf8").on("data", (more: string) => {
        text += more;
        if (text.includes('"msg":"capturing')) resolve();
      });
      child.once("close", () => reject(new Error(`the collector ended: ${text}`)));
    });
    await capturing;
    const collector = new Collector(child, sender.netns);
    child.stderr.on("data", (more: string) => (collector.#stderr += more));
    return collector;
  }

  cpu(): { collector: number; tcpdump: number } {
    return { collector: cpuSeconds(this.#child.pid as number), tcpdump: cpuSeconds(this.#tcpdump) };
  }

  memory(): { collector: number; tcpdump: number } {
    return { collector: residentMb(this.#child.pid as number), tcpdump: residentMb(this.#tcpdump) };
  }

  /** Events that it made, packets that it got, and packets that were dropped before. */
  async stop(): Promise<{ events: number; captured: number; dropped: number }> {
    this.#child.kill("SIGINT");
    await once(this.#child, "close");
    const number = (pattern: RegExp): number => Number(pattern.exec(this.#stderr)?.[1] ?? 0);
    return {
      events: number(/"events":(\d+),"undelivered"/),
      captured: number(/(\d+) packets captured/),
      dropped: number(/(\d+) packets dropped by kernel/) + number(/(\d+) packets dropped by interface/),
    };
  }
}

const RST = 4;
const SYN = 2;
const FIN = 1;
const PSH = 8;
const ACK = 16;
/** Direction, flags and payload of a connection's packets: handshake, request, answer, close. */
const CONVERSATION = [
  { up: true, flags: SYN, payload: 0 },
  { up: false, flags: SYN | ACK, payload: 0 },
  { up: true, flags: ACK, payload: 0 },
  { up: true, flags: PSH | ACK, payload: 300 },
  { up: false, flags: ACK, payload: 0 },
  { up: false, flags: PSH | ACK, payload: 1_200 },
  { up: true, flags: ACK, payload: 0 },
  { up: true, flags: FIN | ACK, payload: 0 },
  { up: false, flags: FIN | ACK, payload: 0 },
  { up: true, flags: ACK, payload: 0 },
];
/** Connections under way at once, as a share of a second's. */
const OVERLAP = 5;

/** Connections one after the other in even steps, a fifth of a second long each; `first` is the number of the first one. */
function writeConnections(path: string, perSecond: number, seconds: number, first: number): void {
  const out = new FrameWriter(path);
  const count = perSecond * seconds;
  const apart = Math.floor(perSecond / OVERLAP / PACKETS_A_CONNECTION);
  const options = Uint8Array.from([1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
  for (let turn = 0; turn < count + apart * PACKETS_A_CONNECTION; turn++) {
    for (const [step, { up, flags, payload }] of CONVERSATION.entries()) {
      const connection = turn - step * apart;
      if (connection < 0 || connection >= count) continue;
      const [client, port] = [0x0a000000 + ((first + connection) >> 14), 20_000 + ((first + connection) & 16_383)];
      const [server, serverPort] = [0xc0a80000 + (connection % 50), 443];
      const sent = (way: boolean): number =>
        CONVERSATION.slice(0, step).reduce(
          (sum, p) => sum + (p.up === way ? p.payload + ((p.flags & 3) === 0 ? 0 : 1) : 0),
          connection * 7,
        );
      const [from, to] = up ? [client, server] : [server, client];
      const ports = up ? [port, serverPort] : [serverPort, port];
      out.segment(0, from, to, ports[0], ports[1], sent(up), sent(!up), flags, payload, 64, turn, options);
    }
  }
  out.close();
}

/** Segments of a thousand connections, 66 bytes each; every `RST_EVERY`th, counted from 1, has RST. */
function writeData(path: string): void {
  const out = new FrameWriter(path);
  const options = Uint8Array.from([1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
  for (let i = 1; i <= 20_000; i++) {
    const flags = i % RST_EVERY === 0 ? RST : ACK;
    out.segment(0, 0x0a000000, 0xc0a80000, 20_000 + (i % 999), 443, i, 1, flags, 0, 64, i, options);
  }
  out.close();
}
