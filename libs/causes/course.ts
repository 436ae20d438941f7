/** A row as it is explained: columns under their names, addresses and times as text. '' and null both say "none known". */
export interface ExplainedRow {
  readonly client_ip: string;
  readonly client_port: number;
  readonly server_ip: string;
  readonly server_port: number;
  readonly direction_confidence: number;
  /** RFC 3339, UTC. */
  readonly start_time: string;
  readonly duration_us: number;
  readonly kind: string;
  readonly cause: string;
  readonly confidence: number;
  readonly evidence: readonly string[];
  readonly benign: boolean | null;
  readonly stage: string;
  readonly sender: string | null;
  readonly rst_form: string | null;
  readonly rst_count: number;
  readonly midstream: boolean;
  readonly client_packets: number;
  readonly server_packets: number;
  readonly client_bytes: number | null;
  readonly server_bytes: number | null;
  readonly retransmits_client: number;
  readonly retransmits_server: number;
  readonly idle_us: number | null;
  readonly ttl_client: number | null;
  readonly ttl_server: number | null;
  readonly ttl_rst: number | null;
  readonly kernel_reason: string | null;
  readonly rst_reason: string | null;
  readonly rst_payload: string | null;
  /** Type * 256 + code; 0 for none. */
  readonly icmp_error: number;
  readonly capture_mode: string;
}

/** The two sides as address:port; the sender is the side that ended it, of a timeout the silent one. */
export interface Ends {
  readonly client: string;
  readonly server: string;
  readonly sender: string;
  readonly peer: string;
}

const FORMS: Readonly<Record<string, string>> = {
  refuse: "RST+ACK with seq 0, as a stack answers a segment without ACK",
  no_connection: "bare, as a stack answers a segment that no socket wants",
  abort: "RST+ACK, as the owner of a connection aborts it",
  odd: "of a header form that is neither a stack's answer nor an abort",
};

/** RFC 792 and 1812 (type 3), RFC 4443 (type 1): what an unreachable says, by type * 256 + code. */
const ICMP_ERRORS: Readonly<Record<number, string>> = {
  0x300: "network unreachable",
  0x301: "host unreachable",
  0x302: "protocol unreachable",
  0x303: "port unreachable",
  0x309: "network prohibited",
  0x30a: "host prohibited",
  0x30d: "prohibited by a filter",
  0x100: "no route",
  0x101: "prohibited by a filter",
  0x103: "address unreachable",
  0x104: "port unreachable",
};

const SURE_DIRECTION = 90;
/** Shorter silence is no silence worth telling, µs. */
const LONG_IDLE_US = 1_000_000;

export function endpoints(row: ExplainedRow): Ends {
  const client = endpoint(row.client_ip, row.client_port);
  const server = endpoint(row.server_ip, row.server_port);
  const [sender, peer] = row.sender === "server" ? [server, client] : [client, server];
  return { client, server, sender, peer };
}

/** `10.0.0.1:443`, `[2001:db8::1]:443` */
function endpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What was seen from the first packet to the end, a sentence each. */
export function courseOf(row: ExplainedRow, ends: Ends): string[] {
  const sentences = [beginning(row, ends)];
  if (row.direction_confidence < SURE_DIRECTION && row.stage !== "orphan")
    sentences.push("Which side is the client is a guess: its SYN was not captured.");
  if (row.stage !== "orphan" && row.kind !== "refused") sentences.push(...traffic(row));
  sentences.push(ending(row, ends));
  if (row.rst_reason) sentences.push(`A RST states its reason: ${row.rst_reason}.`);
  if (row.rst_payload) sentences.push(`A RST carries the payload "${row.rst_payload}".`);
  if (row.kernel_reason) sentences.push(`The kernel of the RST's sender gives the reason ${row.kernel_reason}.`);
  return sentences;
}

function beginning({ start_time, stage, midstream }: ExplainedRow, { client, server }: Ends): string {
  const time = start_time.replace("T", " ").replace("Z", " UTC");
  const both = `${client} (client)`;
  if (stage === "orphan") return `${time}: nothing but RSTs between ${both} and ${server} (server) was captured.`;
  if (midstream)
    return `${time}: first packet here of a connection of ${both} with ${server} (server) that was open before.`;
  return `${time}: ${both} sent a SYN to ${server} (server).`;
}

function traffic(row: ExplainedRow): string[] {
  const { stage, client_packets: packets } = row;
  if (stage === "syn") return packets > 1 ? [`It sent ${count(packets, "packet")} in all.`] : [];
  if (stage === "handshake")
    return [
      `The server answered by SYN-ACK, and the handshake was not completed; ${count(packets, "packet")} of the client and ${row.server_packets} of the server.`,
    ];
  const client = sent(row, packets, row.client_bytes, row.retransmits_client);
  const server = sent(row, row.server_packets, row.server_bytes, row.retransmits_server);
  const flags =
    row.capture_mode === "flags" ? "Only SYN, FIN and RST segments were captured; by their numbers the" : "The";
  return [`${flags} client sent ${client}, the server ${server}.`];
}

function sent(row: ExplainedRow, packets: number, bytes: number | null, retransmits: number): string {
  const payload = bytes === null ? "an unknown number of bytes" : bytes === 0 ? "no payload" : count(bytes, "byte");
  if (row.capture_mode === "flags") return payload;
  const again = retransmits === 0 ? "" : ` (${count(retransmits, "segment")} again)`;
  return `${payload} in ${count(packets, "packet")}${again}`;
}

function ending(row: ExplainedRow, ends: Ends): string {
  const after = span(row.duration_us);
  switch (row.kind) {
    case "fin":
      return row.cause === "fin_simultaneous"
        ? `Both sides sent FIN, crossing each other, and all was closed after ${after}.`
        : `Both sides sent FIN, ${ends.sender} first; the last packet came after ${after}.`;
    case "refused":
      return row.rst_form
        ? `After ${after} a RST with the address ${ends.server} answered: ${rstWords(row)}.`
        : `After ${after} an ICMP error that quotes the SYN answered${icmpWords(row.icmp_error)}.`;
    case "reset":
      return row.stage === "orphan"
        ? `The first RST carries the address ${ends.sender}: ${rstWords(row)}.`
        : `A RST with the address ${ends.sender} ended it after ${after}: ${rstWords(row)}.${silence(row)}`;
    case "timeout":
      return `The last packet came after ${after}; then there was silence.`;
    default:
      return `The last packet so far came after ${after}.`;
  }
}

function icmpWords(error: number): string {
  if (error === 0) return "";
  const name = ICMP_ERRORS[error];
  return `: type ${error >> 8} code ${error & 255}${name === undefined ? "" : `, ${name}`}`;
}

function silence({ idle_us: idle }: ExplainedRow): string {
  return idle === null || idle < LONG_IDLE_US ? "" : ` Before the end nothing was sent for ${span(idle)}.`;
}

function rstWords(row: ExplainedRow): string {
  const words = [FORMS[row.rst_form ?? ""] ?? "of an unknown form"];
  const own = row.sender === "server" ? row.ttl_server : row.ttl_client;
  if (row.ttl_rst !== null)
    words.push(`TTL ${row.ttl_rst}${own === null ? "" : ` (${own} in that side's other packets)`}`);
  if (row.rst_count > 1) words.push(`${row.rst_count.toLocaleString("en-US")} RSTs in all`);
  return words.join(", ");
}

function count(number: number, what: string): string {
  return `${number.toLocaleString("en-US")} ${what}${number === 1 ? "" : "s"}`;
}

/** `900 µs`, `1.5 ms`, `2.6 s`, `12 min 5 s`, `2 h 10 min` */
function span(us: number): string {
  if (us < 1_000) return `${us} µs`;
  if (us < 1e6) return `${(us / 1_000).toFixed(1)} ms`;
  if (us < 120e6) return `${(us / 1e6).toFixed(1)} s`;
  const seconds = Math.round(us / 1e6);
  if (seconds < 7_200) return joined(Math.floor(seconds / 60), "min", seconds % 60, "s");
  return joined(Math.floor(seconds / 3_600), "h", Math.floor((seconds % 3_600) / 60), "min");
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
