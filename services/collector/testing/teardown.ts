import { emptyRow, parseAddress, type Teardown } from "@hangup/teardowns";

/** A connection closed by FIN, with what the test cares about. */
export function teardown(facts: Partial<Teardown> = {}): Teardown {
  return {
    ...emptyRow("test", 1),
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
    confidence: 95,
    benign: true,
    stage: "data",
    sender: "client",
    first_fin_by: "client",
    conn_state: "SF",
    history: "ShADadFf",
    client_packets: 5,
    server_packets: 5,
    client_bytes: 100,
    server_bytes: 200,
    bytes_exact: true,
    judged_time: 3_000_000,
    ...facts,
  };
}

/** 16 bytes of an address in text. */
export function address(text: string): Uint8Array {
  const bytes = parseAddress(text);
  if (!bytes) throw new Error(`not an address: ${text}`);
  return bytes;
}
