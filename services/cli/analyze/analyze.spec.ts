import { stripVTControlCharacters } from "node:util";
import { emptyRow, type Teardown } from "@hangup/teardowns";
import { describe, expect, it } from "vitest";
import { ROW_WRITERS, TextOut } from "./outputs.ts";
import { reportLines } from "./report.ts";
import { Tally } from "./tally.ts";

const address = (last: number): Uint8Array => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, last);

function row(fields: Partial<Teardown>): Teardown {
  return {
    ...emptyRow("trace.pcap", 0),
    client_ip: address(1),
    client_port: 40_000,
    server_ip: address(2),
    server_port: 443,
    start_time: 1_700_000_000_000_001,
    end_time: 1_700_000_001_500_001,
    duration_us: 1_500_000,
    kind: "fin",
    cause: "fin_client_first",
    confidence: 95,
    benign: false,
    stage: "data",
    sender: "client",
    conn_state: "SF",
    history: "ShADadFf",
    ...fields,
  };
}

const reset = (fields: Partial<Teardown> = {}): Teardown =>
  row({
    kind: "reset",
    cause: "app_abort",
    sender: "server",
    first_rst_by: "server",
    rst_form: "abort",
    confidence: 90,
    ...fields,
  });

/** Text without colours. */
const plain = (lines: readonly string[]): string => stripVTControlCharacters(lines.join("\n"));

describe("the table", () => {
  const tally = new Tally();
  for (let i = 0; i < 6; i++) tally.add(row({}));
  for (let i = 0; i < 2; i++) tally.add(reset());
  tally.add(reset({ cause: "rst_instead_of_fin", benign: true }));
  tally.add(row({ kind: "refused", cause: "port_closed", stage: "syn", server_port: 81 }));
  tally.add(row({ kind: "open", cause: "", confidence: 0 }));
  const text = plain(reportLines(tally, 11));

  it("tells the causes by count, share, kind and meaning", () => {
    expect(text).toMatch(/6 +60\.0% +fin +fin_client_first +The client said goodbye first/);
    expect(text).toMatch(/2 +20\.0% +reset +app_abort +no +An application cut/);
    expect(text).toMatch(/1 +10\.0% +reset +rst_instead_of_fin +yes +/);
    expect(text).toMatch(/1 +10\.0% +refused +port_closed/);
  });

  it("tells the rates with what they are made of", () => {
    expect(text).toContain("RST rate 33.3% (3 of 9 teardowns), abnormal 22.2%");
    expect(text).toContain("Refused 10.0% (1 of 10 attempts)");
  });

  it("tells the server ports that trouble comes from, the worst first", () => {
    const places = text.split("\n").filter((line) => line.startsWith("10.0.0.2"));
    expect(places[0]).toMatch(/10\.0\.0\.2 +443 +3 +2 +0 +0 +9 +app_abort 2, rst_instead_of_fin 1/);
    expect(places[1]).toMatch(/10\.0\.0\.2 +81 +0 +0 +1 +0 +1 +port_closed 1/);
  });

  it("adds up the server ports that it does not show", () => {
    const many = new Tally();
    for (let port = 1; port <= 13; port++) {
      many.add(reset({ server_port: port }));
      if (port <= 10) many.add(reset({ server_port: port }));
      else many.add(row({ kind: "refused", cause: "port_closed", server_port: port }));
    }
    const lines = reportLines(many, 26);
    expect(lines.filter((line) => line.startsWith("10.0.0.2"))).toHaveLength(10);
    expect(lines.at(-1)).toMatch(/^3 more +3 +3 +3 +0 +6$/);
  });

  it("gives a range where it is not known whether resets are benign", () => {
    const undecided = new Tally();
    undecided.add(reset({ benign: null }));
    undecided.add(row({}));
    expect(plain(reportLines(undecided, 2))).toContain("abnormal 0.0% to 50.0%");
  });

  it("says so when there is nothing to tell", () => {
    expect(reportLines(new Tally(), 0)).toEqual(["no TCP connection in this capture"]);
    expect(plain(reportLines(new Tally(), 3))).toMatch(/^no connection ended in this capture: 3 had not/);
  });

  it("counts what did not end, where it is asked for, without a share", () => {
    expect(text).toMatch(/1 +- +open +They had not ended when the capture did/);
    const open = new Tally();
    open.add(row({ kind: "not_observed", cause: "", confidence: 0 }));
    expect(plain(reportLines(open, 1))).toMatch(/1 +- +not observed +Their end was not seen/);
  });

  it("keeps thousands of places apart", () => {
    const many = new Tally();
    for (let i = 0; i < 5000; i++) many.add(reset({ server_ip: address(i & 255), server_port: 1 + (i >> 8) }));
    many.add(reset({ server_ip: address(7), server_port: 3 }));
    const [first, second] = many.places();
    expect([first.port, first.resets, [...first.address]]).toEqual([3, 2, [...address(7)]]);
    expect(second.resets).toBe(1);
  });
});

describe("every connection", () => {
  const rows = [row({}), reset({ evidence: ["nothing_missing"], seq: 1 })];
  const written = (name: keyof typeof ROW_WRITERS): string => {
    const { head, row: line, separator, foot } = ROW_WRITERS[name];
    return head + rows.map((one) => line(one)).join(separator) + foot;
  };

  it("is a line of NDJSON, or an element of one JSON array", () => {
    const lines = written("ndjson").trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { cause: string }).cause)).toEqual([
      "fin_client_first",
      "app_abort",
    ]);
    expect(JSON.parse(written("json"))).toEqual(lines.map((line): unknown => JSON.parse(line)));
    const { head, foot } = ROW_WRITERS.json;
    expect(JSON.parse(head + foot)).toEqual([]);
  });

  it("is a record of CSV under its names", () => {
    const [head, first] = written("csv").split("\r\n");
    expect(head.split(",").slice(0, 4)).toEqual(["id", "collector", "vantage", "client_ip"]);
    expect(first.split(",")).toHaveLength(head.split(",").length);
  });

  it("is a line of Zeek's conn.log, with as many fields as are named", () => {
    const lines = written("zeek").split("\n");
    const fields =
      lines
        .find((line) => line.startsWith("#fields"))
        ?.split("\t")
        .slice(1) ?? [];
    const values = lines.find((line) => !line.startsWith("#"))?.split("\t") ?? [];
    const line = Object.fromEntries(fields.map((name, i) => [name, values[i]]));
    expect(values).toHaveLength(fields.length);
    expect(line).toMatchObject({
      ts: "1700000000.000001",
      "id.orig_h": "10.0.0.1",
      "id.resp_p": "443",
      duration: "1.500000",
      conn_state: "SF",
      history: "ShADadFf",
      service: "-",
    });
  });
});

it("hands text on in pieces, all of it", () => {
  const pieces: string[] = [];
  const out = new TextOut((text) => pieces.push(text));
  for (let i = 0; i < 10_000; i++) out.add("0123456789\n");
  expect(pieces.length).toBeGreaterThan(0);
  out.flush();
  expect(pieces.join("")).toBe("0123456789\n".repeat(10_000));
  expect(pieces.length).toBeLessThan(5);
});
