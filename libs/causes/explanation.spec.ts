import { describe, expect, it } from "vitest";
import { EVIDENCE } from "./evidence.ts";
import { explain, type ExplainedRow } from "./explanation.ts";
import { CAUSES } from "./taxonomy.ts";

const ROW: ExplainedRow = {
  client_ip: "192.0.2.10",
  client_port: 40_000,
  server_ip: "198.51.100.15",
  server_port: 443,
  direction_confidence: 100,
  start_time: "2026-11-22T20:13:57.439237Z",
  duration_us: 1_500_000,
  kind: "reset",
  cause: "app_abort",
  confidence: 90,
  evidence: [],
  benign: false,
  stage: "data",
  sender: "server",
  rst_form: "abort",
  rst_count: 1,
  midstream: false,
  client_packets: 4,
  server_packets: 3,
  client_bytes: 200,
  server_bytes: 3_000,
  retransmits_client: 0,
  retransmits_server: 0,
  idle_us: 900,
  ttl_client: 64,
  ttl_server: 57,
  ttl_rst: 57,
  kernel_reason: null,
  rst_reason: null,
  rst_payload: null,
  icmp_error: 0,
  capture_mode: "all",
};

const names = (row: Partial<ExplainedRow>): (string | null)[] =>
  explain({ ...ROW, ...row }).alternatives.map(({ cause, words }) => cause ?? words);

const seen = (row: Partial<ExplainedRow>): string => explain({ ...ROW, ...row }).seen.join(" ");

describe("explain", () => {
  it.each(CAUSES.flatMap(({ name, kinds }) => kinds.map((kind) => ({ name, kind }))))(
    "has words for $kind:$name, with both sides by their address",
    ({ name, kind }) => {
      for (const sender of ["client", "server", null]) {
        const told = explain({ ...ROW, cause: name, kind, sender, confidence: 60 });
        const text = [told.headline, ...told.seen, told.follows, told.settle].join("\n");
        expect(text).not.toMatch(/undefined|null|NaN|[{}]/);
        expect(told.follows).toMatch(/^[A-Z\d].*\.$/);
        expect(told.seen[0]).toContain("192.0.2.10:40000 (client)");
        // What may be something else can be settled.
        expect(told.settle === "").toBe(told.alternatives.length === 0);
      }
    },
  );

  it("has words for all evidence, and leaves what it does not know as it is", () => {
    const told = explain({ ...ROW, evidence: [...Object.keys(EVIDENCE), "of_the_future"] });
    expect(told.seen.at(-1)).toMatch(/^[A-Z].*; of_the_future\.$/);
  });

  it("does not fail on a cause of a newer version", () => {
    expect(explain({ ...ROW, cause: "of_the_future" }).follows).toBe(
      "This version has no words for the cause of_the_future.",
    );
  });

  it("says how far to trust it", () => {
    const said = (confidence: number): string => explain({ ...ROW, confidence }).follows;
    expect(said(90)).not.toMatch(/likely|hint/);
    expect(said(79)).toMatch(/That is likely, not certain\.$/);
    expect(said(59)).toMatch(/That is a hint and no more\.$/);
    expect(explain({ ...ROW, benign: null }).follows).toMatch(/Whether it harmed anybody cannot be told/);
  });

  it("names what the rule that spoke can be confused with, and nothing where it is certain", () => {
    expect(names({})).toEqual(["process_crash", "unread_data_close"]);
    expect(names({ evidence: ["own_fin"] })).toEqual(["data_after_close"]);
    expect(names({ evidence: ["lone_rst"], stage: "orphan", confidence: 50 })).toEqual(["injected"]);
    expect(names({ benign: null })[0]).toBe("rst_instead_of_fin");
    expect(names({ cause: "access_denied", kind: "fin", confidence: 60 })).toEqual(["fin_server_first"]);
    expect(names({ confidence: 95 })).toEqual([]);
  });

  it("filters by the family of the addresses", () => {
    expect(explain({ ...ROW, client_ip: "2001:db8::1", server_ip: "2001:db8::2" })).toMatchObject({
      headline: "[2001:db8::1]:40000 → [2001:db8::2]:443  reset by the server: app_abort (90% sure)",
      wireshark: "ipv6.addr == 2001:db8::1 && ipv6.addr == 2001:db8::2 && tcp.port == 40000 && tcp.port == 443",
    });
  });

  it("tells what a RST or an ICMP error says itself", () => {
    expect(seen({ rst_reason: "diagnostic 10: resource exceeded" })).toContain(
      "A RST states its reason: diagnostic 10: resource exceeded.",
    );
    expect(seen({ rst_payload: "closed by policy" })).toContain('A RST carries the payload "closed by policy".');
    expect(seen({ kind: "refused", cause: "icmp_unreachable", rst_form: null, icmp_error: 0x30d })).toContain(
      "an ICMP error that quotes the SYN answered: type 3 code 13, prohibited by a filter.",
    );
  });

  it("tells the kernel's reason where there is one", () => {
    expect(seen({ kernel_reason: "TCP_ABORT_ON_CLOSE" })).toContain(
      "The kernel of the RST's sender gives the reason TCP_ABORT_ON_CLOSE.",
    );
  });
});
