import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAddress } from "./address.ts";
import { COLUMNS, type Teardown } from "./columns.ts";
import { communityId, connectionId, teardownId } from "./identity.ts";
import { CSV_HEADER, formatTime, teardownToCsv, teardownToJson, teardownToObject } from "./json.ts";
import { rowsArbitrary } from "./teardown.arbitrary.ts";

const address = (text: string): Uint8Array => parseAddress(text) ?? new Uint8Array();

const row: Teardown = {
  collector: "edge-01",
  epoch: 1_790_000_000_000,
  seq: 17,
  vantage: "server",
  client_ip: address("128.232.110.120"),
  client_port: 34_855,
  server_ip: address("66.35.250.204"),
  server_port: 80,
  direction_confidence: 100,
  start_time: 1_790_000_000_000_001,
  end_time: 1_790_000_001_500_000,
  duration_us: 1_499_999,
  kind: "reset",
  cause: "data_after_close",
  cause_parent: "",
  confidence: 95,
  evidence: ["own_fin", "late_close_notify"],
  benign: true,
  stage: "closing",
  sender: "client",
  first_fin_by: "client",
  first_rst_by: "client",
  rst_form: "no_connection",
  rst_count: 1,
  rst_ignored: 0,
  rst_reason: "diagnostic 4: abort",
  rst_payload: "",
  midstream: false,
  conn_state: "RSTO",
  history: "ShADadFR",
  client_isn: 0x0000_00ab,
  server_isn: 0xfedc_ba98,
  client_packets: 6,
  server_packets: 5,
  client_bytes: 312,
  server_bytes: null,
  bytes_exact: false,
  retransmits_client: 0,
  retransmits_server: 1,
  rtt_us: null,
  idle_us: 12,
  ttl_client: 57,
  ttl_server: 64,
  ttl_rst: 57,
  kernel_reason: "",
  capture_mode: "all",
  capture_drops: 0,
  late_segments: 2,
  judged_time: 1_790_000_002_500_000,
  client_workload: "",
  server_workload: 'shop/"cart", old',
  rule_version: 1,
  ended_by: "rst",
  occasion: "settled",
  syns: 1,
  syn_acks: 1,
  client_tries: 1,
  server_tries: 2,
  client_probes: 0,
  server_probes: 0,
  icmp_error: 0,
  fin_gap_us: null,
  facts: ["client_fin", "handshake"],
  rsts: [],
};

describe("a teardown in JSON", () => {
  test("has the columns' names in the columns' order, null for what is unknown", () => {
    const object = JSON.parse(teardownToJson(row)) as Record<string, unknown>;
    expect(Object.keys(object)).toEqual(COLUMNS.map(({ name }) => name));
    expect(object).toEqual(teardownToObject(row));
    expect(object).toMatchObject({
      id: "edge-01-1790000000000-17",
      client_ip: "128.232.110.120",
      start_time: "2026-09-21T14:13:20.000001Z",
      end_time: "2026-09-21T14:13:21.500000Z",
      cause_parent: null,
      evidence: ["own_fin", "late_close_notify"],
      benign: true,
      community_id: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
      connection_id: "000000abfedcba98",
      server_bytes: null,
      rtt_us: null,
      kernel_reason: null,
      server_workload: 'shop/"cart", old',
    });
    expect(object).not.toHaveProperty("epoch");
  });

  test("is the object's JSON, whatever the row holds", () => {
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        for (const any of rows) expect(teardownToJson(any)).toBe(JSON.stringify(teardownToObject(any)));
      }),
      { seed: 8259, numRuns: 200 },
    );
  });

  test("is one line", () => {
    expect(teardownToJson({ ...row, history: "a\nb" })).not.toContain("\n");
  });
});

describe("a teardown in CSV (RFC 4180)", () => {
  test("has a field for each name of the header; unknown is empty, quotes are doubled", () => {
    expect(CSV_HEADER.split(",")).toEqual(COLUMNS.map(({ name }) => name));
    const line = teardownToCsv(row);
    expect(line).toMatch(/^edge-01-1790000000000-17,edge-01,server,128\.232\.110\.120,34855,/);
    expect(line).toContain(",own_fin;late_close_notify,true,closing,");
    expect(line.endsWith(',,"shop/""cart"", old",1,rst,settled,1,1,1,2,0,0,0,,client_fin;handshake,')).toBe(true);
    const [reset] = fc
      .sample(rowsArbitrary, { seed: 4, numRuns: 50 })
      .flat()
      .filter(({ rsts }) => rsts.length > 1);
    const field = JSON.stringify(reset.rsts).replaceAll('"', '""');
    expect(teardownToCsv(reset).endsWith(`,"${field}"`)).toBe(true);
  });
});

describe("formatTime", () => {
  test.each([
    { us: 0, text: "1970-01-01T00:00:00.000000Z" },
    { us: 999, text: "1970-01-01T00:00:00.000999Z" },
    { us: 1_790_000_000_123_456, text: "2026-09-21T14:13:20.123456Z" },
    { us: -1, text: "1969-12-31T23:59:59.999999Z" },
  ])("$us µs: $text", ({ us, text }) => {
    expect(formatTime(us)).toBe(text);
  });
});

describe("identities", () => {
  test("id", () => {
    expect(teardownId(row)).toBe("edge-01-1790000000000-17");
  });

  test.each([
    { client: 0, server: 0, id: "0000000000000000" },
    { client: 0xffff_ffff, server: 1, id: "ffffffff00000001" },
    { client: null, server: 1, id: null },
    { client: 1, server: null, id: null },
  ])("connection_id of $client and $server: $id", ({ client, server, id }) => {
    expect(connectionId({ client_isn: client, server_isn: server })).toBe(id);
  });

  test("community_id is that of both directions", () => {
    const reverse = { client_ip: row.server_ip, client_port: 80, server_ip: row.client_ip, server_port: 34_855 };
    expect(communityId(reverse)).toBe(communityId(row));
    const loopback = { client_ip: address("::1"), server_ip: address("::1") };
    expect(communityId({ ...loopback, client_port: 5, server_port: 6 })).toBe(
      communityId({ ...loopback, client_port: 6, server_port: 5 }),
    );
  });

  // A published vector of Community ID 1.0: TCP, seed 0.
  test.each([
    {
      client: "128.232.110.120",
      clientPort: 34_855,
      server: "66.35.250.204",
      serverPort: 80,
      id: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
    },
  ])("community_id of $client:$clientPort → $server:$serverPort", ({ client, clientPort, server, serverPort, id }) => {
    expect(
      communityId({
        client_ip: address(client),
        client_port: clientPort,
        server_ip: address(server),
        server_port: serverPort,
      }),
    ).toBe(id);
  });
});
