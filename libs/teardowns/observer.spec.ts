import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Conversation, interleave } from "@hangup/connections";
import type { Segment } from "@hangup/packets";
import { segmentCapture } from "@hangup/packets/builder";
import { describe, expect, it } from "vitest";
import { formatAddress } from "./address.ts";
import type { Teardown } from "./columns.ts";
import { teardownToObject } from "./json.ts";
import { Observer, type ObserverOptions } from "./observer.ts";

const FILE: ObserverOptions = { collector: "here", epoch: 42, live: false, all: true };

function observe(
  bytes: Uint8Array,
  options: Partial<ObserverOptions> = {},
  chunk = bytes.length,
): { rows: Teardown[]; observer: Observer } {
  const rows: Teardown[] = [];
  const observer = new Observer({ ...FILE, ...options }, (row) =>
    rows.push({ ...row, client_ip: Uint8Array.from(row.client_ip) }),
  );
  for (let at = 0; at < bytes.length; at += chunk) observer.push(bytes.subarray(at, at + chunk));
  observer.finish();
  return { rows, observer };
}

const CLOSED = "cS sSA cA cD200 sA sD3000 cA cF sA sF cA";
const capture = segmentCapture(
  interleave(
    new Conversation({ clientPort: 1001, serverTtl: 64, clientTtl: 57 }).play(CLOSED),
    new Conversation({ clientPort: 1002, serverTtl: 64, clientTtl: 57 }).play(
      "cS sSA cA cD200 sA sD100 cA cD50 sA sRA",
    ),
    new Conversation({ clientPort: 1003, serverPort: 81, serverTtl: 64, clientTtl: 57 }).play("cS sRR"),
    new Conversation({ clientPort: 1004, serverTtl: 64, clientTtl: 57 }).play("cS sSA cA cD200 sA"),
  ),
);

/** Of each row, whether its bytes are exact. */
const exact = (segments: readonly Segment[]): boolean[] =>
  observe(segmentCapture(segments)).rows.map((row) => row.bytes_exact);

describe("Observer", () => {
  it("claims exact bytes of what was captured in both directions, and of a refusal", () => {
    const closed = new Conversation().play(CLOSED).segments;
    expect(exact(closed)).toEqual([true]);
    expect(exact(closed.filter(({ dstPort }) => dstPort === 443))).toEqual([false]);
    expect(exact(closed.filter(({ srcPort }) => srcPort === 443))).toEqual([false]);
    expect(exact(new Conversation().play("cS sRR").segments)).toEqual([true]);
    expect(exact(new Conversation().play("cS ~1s =cS").segments)).toEqual([true]);
    expect(exact(new Conversation().play("sR").segments)).toEqual([false]);
  });

  it("makes rows of a capture's bytes", () => {
    const { rows, observer } = observe(capture);
    expect(rows.map(({ kind, cause, seq }) => [kind, cause, seq])).toEqual([
      ["fin", "fin_client_first", 0],
      ["reset", "unread_data_close", 1],
      ["refused", "port_closed", 2],
      ["open", "", 3],
    ]);
    expect(teardownToObject(rows[1])).toMatchObject({
      id: "here-42-1",
      vantage: "server",
      client_ip: "10.0.0.1",
      server_port: 443,
      stage: "data",
      sender: "server",
      first_rst_by: "server",
      rst_form: "abort",
      client_bytes: 250,
      server_bytes: 100,
      bytes_exact: true,
      conn_state: "RSTR",
      history: "ShADadr",
      ttl_client: 57,
      ttl_rst: 64,
      capture_mode: "all",
      rtt_us: 10_000,
      evidence: ["nothing_missing", "peer_waits", "both_spoke"],
    });
    const { counters } = observer;
    expect(counters).toMatchObject({
      packets: 28,
      connections: 4,
      filtered: 0,
      rows: { fin: 1, reset: 1, refused: 1, open: 1 },
    });
    expect(Object.values(counters.outcomes).reduce((sum, n) => sum + n)).toBe(counters.packets);
  });

  it.each([
    { text: "cD200 ~20ms sA ~1ms sD100 cA sRA", rtt: 30_000 },
    { text: "cD200 ~20ms sA ~1ms sD100 cA sRA", rtt: null, timestamps: false },
    { text: "sSA cA cD200 ~20ms sA sRA", rtt: null },
    { text: "cS cA cD200 ~20ms sA sRA", rtt: null },
  ])("takes the round trip from SYN and SYN-ACK, or from timestamps where neither is there: $text", (given) => {
    const conversation = new Conversation({ ...given, serverTtl: 64 }).play(given.text);
    const { rows } = observe(segmentCapture(conversation.segments));
    expect(rows).toMatchObject([{ rtt_us: given.rtt }]);
  });

  it("does not take the vantage from the echoes of data", () => {
    const conversation = new Conversation({ serverTtl: 64 }).play("cD200 ~20ms sA ~1ms sD100 ~300ms cA sRA");
    expect(observe(segmentCapture(conversation.segments)).rows).toMatchObject([{ rtt_us: 30_000, vantage: "unknown" }]);
  });

  it("does so in whatever pieces the bytes come", () => {
    const whole = observe(capture).rows;
    for (const size of [1, 7, 100, 1000]) expect(observe(capture, {}, size).rows).toEqual(whole);
  });

  it("tells the open only when asked, and numbers without gaps what is not filtered", () => {
    const { rows, observer } = observe(capture, { all: false, exclude: ({ client_port: port }) => port === 1002 });
    expect(rows.map(({ client_port: port, seq }) => [port, seq])).toEqual([
      [1001, 0],
      [1003, 1],
    ]);
    expect(observer.counters.filtered).toBe(1);
  });

  it("takes the vantage of a live capture from the host's own addresses", () => {
    const own = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1);
    const { rows } = observe(capture, { live: true, localAddresses: [own] });
    expect(new Set(rows.map(({ vantage }) => vantage))).toEqual(new Set(["client"]));
  });

  it("takes a live capture that is stopped for no silence of its connections", () => {
    const unanswered = segmentCapture(interleave(new Conversation({ clientPort: 1005 }).play("cS ~1s =cS ~2s =cS")));
    expect(observe(unanswered).rows.map(({ kind }) => kind)).toEqual(["timeout"]);
    expect(observe(unanswered, { live: true }).rows.map(({ kind }) => kind)).toEqual(["open"]);
  });

  it("says what is no capture, and what a cut one held", () => {
    const observer = new Observer(FILE, () => undefined);
    expect(() => observer.push(Buffer.from("nothing of the kind"))).toThrow(/neither pcap nor pcapng/);
    const cut = observe(capture.subarray(0, capture.length - 5));
    expect(cut.rows).toHaveLength(4);
    expect(cut.observer.counters.decode.cutRecords).toBe(1);
  });
});

/** Captures that are no part of the project: judged against them where they lie beside it. */
const shared = join(import.meta.dirname, "..", "..", "..", "shared");

interface OracleRow {
  readonly id: number;
  readonly consensus: string;
  readonly confidence: string;
  readonly tunnelled?: boolean;
  readonly same_isn_next?: number | null;
  readonly orig_h: string;
  readonly orig_p: number;
  readonly resp_h: string;
  readonly resp_p: number;
  /** Payload bytes, each counted once: what tcptrace calls unique bytes. */
  readonly uniq_o: number;
  readonly uniq_r: number;
}

interface RowEnds {
  readonly client_ip: string;
  readonly client_port: number;
  readonly server_ip: string;
  readonly server_port: number;
  readonly kind: string;
  readonly client_bytes: number;
  readonly server_bytes: number;
  readonly bytes_exact: boolean;
}

function fileRows(path: string): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = [];
  const observer = new Observer(FILE, (row) => rows.push(teardownToObject(row)));
  observer.push(readFileSync(path));
  observer.finish();
  return rows;
}

function jsonLines(path: string): Record<string, unknown>[] {
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function unread(startUs: number, clientPort: number): Conversation {
  return new Conversation({ clientPort, startUs, serverTtl: 64 }).play("cS sSA cA cD200 sA sD100 cA cD50 sA sRA");
}

function sure(rows: readonly Teardown[]): unknown[][] {
  return rows.map((row) => [row.cause, row.confidence, row.capture_drops]);
}

describe("packets that the capture lost", () => {
  const closed = new Conversation({ clientPort: 1001 }).play(CLOSED);
  const first = unread(1_700_000_000_000_000, 1002);
  const late = unread(1_700_000_600_000_000, 1003);
  // Its packets bring the capture's time forward, at which the first two are told and the loss is seen.
  const between = new Conversation({ clientPort: 1004, startUs: 1_700_000_300_000_000 }).play(CLOSED);
  const bytes = segmentCapture(interleave(closed, first, between, late));

  it("make all less sure that lived meanwhile, but for the order of two FINs", () => {
    const whole = observe(bytes).rows;
    const lossy = observe(bytes, { captureDrops: () => 5 }).rows;
    expect(sure(whole)).toEqual([
      ["fin_client_first", 95, 0],
      ["unread_data_close", 60, 0],
      ["fin_client_first", 95, 0],
      ["unread_data_close", 60, 0],
    ]);
    expect(sure(lossy)).toEqual([
      ["fin_client_first", 95, 5],
      ["unread_data_close", 42, 5],
      ["fin_client_first", 95, 5],
      ["unread_data_close", 60, 5],
    ]);
    expect(lossy.map(({ evidence }) => evidence.includes("capture_loss"))).toEqual([true, true, true, false]);
    expect(lossy.map(({ facts }) => facts.includes("capture_loss"))).toEqual([true, true, true, false]);
    // A capture that had to begin again lost what nobody counted.
    const broken = observe(bytes, { captureGaps: () => 1 }).rows;
    expect(broken.map(({ evidence }) => evidence.includes("capture_loss"))).toEqual([true, true, true, false]);
    expect(sure(broken).map(([, , drops]) => drops)).toEqual([0, 0, 0, 0]);
    // What was captured before the loss was known is read only now.
    const live = observe(bytes, { captureDrops: () => 5, clock: () => 1_700_000_600_000_000 }).rows;
    expect(live.map(({ evidence }) => evidence.includes("capture_loss"))).toEqual([true, true, true, true]);
  });
});

describe.skipIf(!existsSync(join(shared, "lab", "captures")))("beside labelled captures of real stacks", () => {
  it.each(["graceful_fin", "time_wait", "app_abort", "connection_refused", "data_after_close", "listen_overflow"])(
    "%s",
    (cause) => {
      const folder = join(shared, "lab", "captures", cause);
      let right = 0;
      let all = 0;
      for (const file of readdirSync(folder).filter((name) => name.endsWith(".server.pcap"))) {
        const rows = fileRows(join(folder, file));
        for (const label of jsonLines(join(folder, file.replace(/\.server\.pcap$/, ".labels.jsonl")))) {
          if (label["wire"] === "mixed" && cause === "time_wait") continue;
          const [address, port] = label["client"] as [string, number];
          const kinds = rows
            .filter((row) => row["client_ip"] === address && row["client_port"] === port)
            .map((row) => row["kind"]);
          if (kinds.length === 0) continue;
          all++;
          const wanted =
            label["wire"] === "fin" || label["wire"] === "fin+ignored_rst"
              ? ["fin"]
              : ["reset", "refused", "timeout", "open"];
          if (kinds.some((kind) => wanted.includes(String(kind)))) right++;
        }
      }
      expect(all).toBeGreaterThan(5);
      expect(right / all).toBeGreaterThan(0.9);
    },
  );
});

describe.skipIf(!existsSync(join(shared, "corpus", "oracle")))("beside what other tools say of real captures", () => {
  it("agrees on endings and on bytes where they are sure", { timeout: 120_000 }, () => {
    const kinds: Record<string, readonly string[]> = {
      fin_complete: ["fin"],
      refused: ["refused"],
      rst_by_originator: ["reset"],
      rst_by_responder: ["reset", "refused"],
    };
    const folder = join(shared, "corpus");
    const captures = readdirSync(join(folder, "captures")).flatMap((name) => {
      const rows = jsonLines(join(folder, "oracle", `${name}.jsonl`)) as unknown as OracleRow[];
      const oracle = rows.filter((row) => row.confidence === "high" && !row.same_isn_next);
      return oracle.length === 0 ? [] : [{ name, oracle }];
    });
    const asked = { endings: 0, bytes: 0 };
    const wrong = { endings: [] as string[], bytes: [] as string[] };
    for (const { name, oracle } of captures) {
      const rows = fileRows(join(folder, "captures", name)) as unknown as RowEnds[];
      for (const row of oracle) {
        const ends = [`${row.orig_h} ${row.orig_p}`, `${row.resp_h} ${row.resp_p}`];
        const mine = rows.filter(
          (r) => ends.includes(`${r.client_ip} ${r.client_port}`) && ends.includes(`${r.server_ip} ${r.server_port}`),
        );
        if (row.consensus in kinds && row.tunnelled !== true) {
          asked.endings++;
          if (!mine.some(({ kind }) => kinds[row.consensus].includes(kind))) wrong.endings.push(`${name} ${row.id}`);
        }
        if (mine.length !== 1 || !mine[0].bytes_exact) continue;
        asked.bytes++;
        const { client_ip: client, client_port: port, client_bytes: sent, server_bytes: answered } = mine[0];
        const bytes = `${client} ${port}` === ends[0] ? [sent, answered] : [answered, sent];
        if (bytes[0] !== row.uniq_o || bytes[1] !== row.uniq_r)
          wrong.bytes.push(`${name} ${row.id}: ${bytes.join(" ")}`);
      }
    }
    expect(asked.endings).toBeGreaterThan(1000);
    expect(wrong.endings.length / asked.endings).toBeLessThan(0.005);
    expect(asked.bytes).toBeGreaterThan(2000);
    expect(wrong.bytes.length / asked.bytes).toBeLessThan(0.005);
  });
});

/** Of each row that by which it is counted, in no order. */
function counted(bytes: Uint8Array, options: Partial<ObserverOptions>): { rows: string[]; counters: object } {
  const rows: string[] = [];
  const observer = new Observer({ ...FILE, ...options }, (row) => {
    const { kind, cause, stage, midstream, benign, server_ip: address, server_port: port } = row;
    rows.push([kind, cause, stage, midstream, benign, formatAddress(address), port].join(" "));
  });
  observer.push(bytes);
  observer.finish();
  return { rows: rows.toSorted(), counters: observer.counters };
}

it.each([
  { of: "all segments", more: {} },
  { of: "SYN, FIN and RST", more: { flagsOnly: true } },
  { of: "a capture that lost packets", more: { captureDrops: () => 5 } },
])("counts the same without facts as with: $of", ({ more }) => {
  const texts = [
    CLOSED,
    CLOSED,
    "cS sSA cA cD200 sA sD3000 cA sF cA cF sA",
    "cS sSA cA cF sA sF cA",
    "cS sRR",
    "cS",
    "cS ~1s =cS",
    "cS sSA cA",
  ];
  const all = Array.from({ length: 600 }, (_, i) =>
    new Conversation({
      clientPort: 1024 + i,
      serverHost: 1 + (i % 5),
      serverPort: 80 + (i % 3),
      family: i % 9 === 0 ? 6 : 4,
      startUs: 1_700_000_000_000_000 + i * 300_000,
    }).play(texts[i % texts.length]),
  );
  const bytes = segmentCapture(interleave(...all));
  const { rows, counters } = counted(bytes, { ...more, facts: false });
  expect(new Set(rows).size).toBeGreaterThan(30);
  expect({ rows, counters }).toEqual(counted(bytes, more));
});

it("names addresses as people write them", () => {
  expect(formatAddress(observe(capture).rows[0].client_ip)).toBe("10.0.0.1");
});
