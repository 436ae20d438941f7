import { explain } from "@hangup/causes";
import { formatAddress, formatTime, type Teardown } from "@hangup/teardowns";
import { bold, counted } from "../terminal.ts";
import { endpointText } from "./endpoint.ts";

/**
 * One connection in words: what was seen, what follows from it, what it could be confused with, and how to look at its packets.
 * @param packets its packets in order of time, a line each, where they are known.
 */
export function explanationText(row: Teardown, packets: readonly string[] = []): string {
  const client = endpointText(row.client_ip, row.client_port);
  const server = endpointText(row.server_ip, row.server_port);
  const lines = [bold(`${client} → ${server}  ${verdict(row)}`)];
  const explanation = row.cause === "" ? null : explain(row.cause, row.evidence);
  lines.push(`  ${explanation?.summary ?? unended(row)}`);
  lines.push(`  ${course(row)}`, ...packets.map((line) => `    ${line}`));
  if (explanation !== null && explanation.because.length > 0)
    lines.push(`  Because ${explanation.because.join("; ")}.`);
  if (explanation !== null && explanation.confusedWith.length > 0)
    lines.push(
      `  Could also be ${explanation.confusedWith.join(", ")}.` +
        (explanation.settledBy === "" ? "" : ` What would settle it: ${explanation.settledBy}.`),
    );
  lines.push(`  Wireshark: ${displayFilter(row)}`);
  return `${lines.join("\n")}\n\n`;
}

function verdict(row: Teardown): string {
  const by = row.sender === "" || row.kind === "timeout" ? "" : ` by the ${row.sender}`;
  const kind =
    row.kind === "timeout" && row.sender !== "" ? `timeout, the ${row.sender} is silent` : row.kind.replace("_", " ");
  return row.cause === "" ? kind : `${kind}${by}: ${row.cause} (${row.confidence}% sure)`;
}

function unended(row: Teardown): string {
  return row.kind === "open" ? "It had not ended when the capture did." : "Its end was not seen.";
}

function course(row: Teardown): string {
  const form = row.rst_form === "" ? "" : `, RST of form ${row.rst_form}`;
  return (
    `${formatTime(row.start_time).replace("T", " ").replace("Z", " UTC")}, for ${span(row.duration_us)}, stage ${row.stage}${form}; ` +
    `client ${traffic(row.client_packets, row.client_bytes)}, server ${traffic(row.server_packets, row.server_bytes)}; ` +
    `${row.conn_state} ${row.history}`
  );
}

function traffic(packets: number, bytes: number | null): string {
  return bytes === null ? counted(packets, "packet") : `${counted(packets, "packet")} ${counted(bytes, "byte")}`;
}

function span(us: number): string {
  if (us < 1000) return `${us} µs`;
  return us < 1e6 ? `${(us / 1000).toFixed(1)} ms` : `${(us / 1e6).toFixed(1)} s`;
}

/** Shows the packets of this tuple and nothing else. */
function displayFilter(row: Teardown): string {
  const client = formatAddress(row.client_ip);
  const server = formatAddress(row.server_ip);
  const ip = client.includes(":") ? "ipv6" : "ip";
  return `${ip}.addr == ${client} && ${ip}.addr == ${server} && tcp.port == ${row.client_port} && tcp.port == ${row.server_port}`;
}
