import { parseAddress, type Teardown } from "@hangup/teardowns";

/** A row for tests, with what the test cares about. */
export function teardown(facts: Partial<Teardown> = {}): Teardown {
  return {
    collector: "test",
    epoch: 1,
    seq: 0,
    vantage: "middle",
    client_ip: address("10.0.0.1"),
    client_port: 40_000,
    server_ip: address("10.0.0.2"),
    server_port: 443,
    direction_confidence: 100,
    start_time: 1_000_000,
    end_time: 2_000_000,
    duration_us: 1_000_000,
    kind: "fin",
    cause: "fin_client_first",
    cause_parent: "",
    confidence: 95,
    evidence: [],
    benign: false,
    stage: "data",
    sender: "client",
    first_fin_by: "client",
    first_rst_by: "",
    rst_form: "",
    rst_count: 0,
    rst_ignored: 0,
    midstream: false,
    conn_state: "SF",
    history: "ShADadFf",
    client_isn: 1,
    server_isn: 2,
    client_packets: 5,
    server_packets: 5,
    client_bytes: 100,
    server_bytes: 200,
    bytes_exact: true,
    retransmits_client: 0,
    retransmits_server: 0,
    rtt_us: 100,
    idle_us: 10,
    ttl_client: 64,
    ttl_server: 64,
    ttl_rst: null,
    kernel_reason: "",
    capture_mode: "all",
    capture_drops: 0,
    late_segments: 0,
    judged_time: 3_000_000,
    client_workload: "",
    server_workload: "",
    rule_version: 1,
    ...facts,
  };
}

/** 16 bytes of an address in text. */
export function address(text: string): Uint8Array {
  const bytes = parseAddress(text);
  if (!bytes) throw new Error(`not an address: ${text}`);
  return bytes;
}
