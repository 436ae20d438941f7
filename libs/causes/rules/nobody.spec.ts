import { Conversation, type SegmentFields } from "@hangup/connections";
import { describe, expect, it } from "vitest";
import { tell } from "../told.ts";

const bare: SegmentFields = { flags: 4, ack: 0, window: 0, hasOptions: false, hasTimestamp: false, ipId: 0 };

const probe = (port: number, text: string, more = {}): Conversation =>
  new Conversation({
    clientPort: 50_000 + port,
    serverPort: port,
    startUs: 1_700_000_000_000_000 + port * 100_000,
    ...more,
  }).play(text);
const ports = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe("nobody knows the connection", () => {
  it.each([
    { text: "cS sSA cA cD sA sD cA ~600s cD sR", said: "reset:no_connection", confidence: 90, stage: "data" },
    { text: "cD sR", said: "reset:no_connection", confidence: 58, evidence: ["orphan_trigger"], stage: "data" },
    { text: "cF sR", said: "reset:no_connection", evidence: ["orphan_trigger"] },
  ])("$text → $said", ({ text, evidence = [], ...expected }) => {
    expect(tell([new Conversation().play(text)])[0]).toMatchObject({
      ...expected,
      evidence: expect.arrayContaining(evidence),
    });
  });
});

describe("nothing but RSTs", () => {
  it.each([
    { fields: bare, said: "reset:no_connection" },
    { fields: { ...bare, flags: 20, seq: 0, ack: 99 }, said: "reset:no_connection" },
    { fields: { flags: 20 }, said: "reset:app_abort" },
    { fields: { ...bare, flags: 6 }, said: "reset:unknown_reset" },
  ])("$fields.flags → $said", ({ fields, said }) => {
    const rows = tell([new Conversation().send("s", fields).send("s", fields)]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ said, stage: "orphan", evidence: expect.arrayContaining(["lone_rst"]) });
    expect(rows[0].confidence).toBeLessThanOrEqual(60);
  });
});

describe("port_scan", () => {
  it.each([
    { name: "eight ports of a host", captures: ports(8).map((port) => probe(port, "cS sRR")), scanned: 8 },
    { name: "seven ports", captures: ports(7).map((port) => probe(port, "cS sRR")), scanned: 0 },
    {
      name: "eight ports within 80 s",
      captures: ports(8).map((port) => probe(port, `~${port * 10}s cS sRR`)),
      scanned: 0,
    },
    {
      name: "one port, eight hosts",
      captures: ports(8).map((host) => probe(22, "cS sSA cR", { clientPort: 100 + host, serverHost: host })),
      scanned: 8,
    },
    // stale connections look like an ACK scan: eight hosts are not enough for ACKs
    {
      name: "ACKs to eight hosts",
      captures: ports(8).map((host) => probe(22, "cA sR", { clientPort: 100 + host, serverHost: host })),
      scanned: 0,
    },
    { name: "ACKs to eight ports", captures: ports(8).map((port) => probe(port, "cA sR")), scanned: 8 },
    {
      name: "eight sources",
      captures: ports(8).map((host) => probe(host, "cS sRR", { clientHost: host })),
      scanned: 0,
    },
  ])("$name", ({ captures, scanned }) => {
    const rows = tell(captures);
    expect(rows.filter(({ said }) => said.endsWith(":port_scan"))).toHaveLength(scanned);
    expect(rows).toHaveLength(captures.length);
  });

  it("takes no server for a scanner whose clients disown their connections", () => {
    const disowned = ports(12).map((port) =>
      new Conversation({ clientPort: 51_000 + port, serverPort: 443 }).send("c", { ...bare, seq: 99 }),
    );
    expect(tell(disowned).map(({ said }) => said)).toEqual(Array<string>(12).fill("reset:no_connection"));
  });

  it("leaves out targets that the source exchanges data with", () => {
    const talks = ports(8).map((port) =>
      probe(port, "cS sSA cA cD sA sD cA cF sA sF cA", { clientPort: 30_000 + port }),
    );
    const refused = ports(8).map((port) => probe(port, "~2s cS sRR"));
    expect(tell([...talks, ...refused]).filter(({ said }) => said.endsWith(":port_scan"))).toEqual([]);
  });

  it("leaves out what was aborted after data, which only the abort's number tells in a capture of flags", () => {
    const aborted = ports(7).map((host) =>
      probe(22, "cS sSA cA cD sA sD cA cRA", { clientPort: 100 + host, serverHost: host }),
    );
    const byteless = ports(7).map((host) => probe(22, "cS sSA cRA", { clientPort: 100 + host, serverHost: host }));
    const refused = probe(22, "cS sRR", { clientPort: 108, serverHost: 8 });
    const scans = (some: Conversation[]) =>
      tell([...some, refused], { flags: true }).filter(({ said }) => said.endsWith(":port_scan"));
    expect(scans(byteless)).toHaveLength(8);
    expect(scans(aborted)).toEqual([]);
  });

  it("names FIN, NULL and XMAS probes that nobody answers, without ending them", () => {
    const probes = ports(8).map((port) =>
      new Conversation({ serverPort: port }).send("c", { flags: port % 2 === 0 ? 0 : 41 }),
    );
    expect(tell(probes).map(({ said }) => said)).toEqual(Array<string>(8).fill("open:port_scan"));
  });
});
