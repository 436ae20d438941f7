import { readFileSync } from "node:fs";
import { checkoutFile, describeError, guardStandardOutput, HangupError, nearest } from "@hangup/service/command";

/**
 * `hangup COMMAND …`: each command is a module of its own, loaded only when it is asked for. The long-running services
 * (collect, ingest, serve, alert) are processes of their own: the launcher starts them directly.
 */
interface Command {
  readonly summary: string;
  readonly load: () => Promise<{ run(argv: string[]): Promise<number> }>;
}

const commands: Readonly<Record<string, Command>> = {
  up: { summary: "run everything on this machine: the main job", load: () => import("./up.ts") },
  analyze: { summary: "name the causes in a capture file; needs no server", load: () => import("./analyze.ts") },
  why: {
    summary: "say why one connection ended, from a capture file; needs no server",
    load: () => import("./why.ts"),
  },
  top: { summary: "RST rates by host, port and cause, live", load: () => import("./top.ts") },
  sql: { summary: "ask ClickHouse, read-only", load: () => import("./sql.ts") },
  rejudge: { summary: "judge stored teardowns again by newer rules", load: () => import("./rejudge.ts") },
  migrate: { summary: "create or upgrade the ClickHouse tables", load: () => import("./migrate.ts") },
  test: { summary: "run everything that CI runs", load: () => import("./test.ts") },
};

/** Services with a process of their own; named here so that the help is complete. */
const services: Readonly<Record<string, string>> = {
  collect: "capture packets and send teardown events to Kafka",
  ingest: "write events from Kafka to ClickHouse",
  serve: "the query API and the page",
  alert: "watch for abnormal RST spikes",
};

function help(): string {
  const rows = [...Object.entries(commands).map(([name, { summary }]) => [name, summary]), ...Object.entries(services)];
  const lines = rows.map(([name, summary]) => `  ${name.padEnd(9)} ${summary}`);
  return `hangup tells why TCP connections end.

Usage: hangup COMMAND [OPTIONS]     (hangup COMMAND --help says more)

${lines.join("\n")}

Examples:
  hangup up --demo                 everything, with live traffic to look at
  hangup analyze trace.pcap        one capture file
  hangup why 10.0.0.1:50123 10.0.0.2:443 --pcap trace.pcap
                                   one connection of it, packet by packet
  hangup top --by host,port,cause  what is being reset, right now
`;
}

function version(): string {
  const { version: text } = JSON.parse(readFileSync(checkoutFile("package.json"), "utf8")) as { version: string };
  return text;
}

async function main(argv: string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(help());
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-V") {
    process.stdout.write(`hangup ${version()}\n`);
    return 0;
  }
  const command = commands[name];
  if (!command) {
    const near = nearest(name, [...Object.keys(commands), ...Object.keys(services)]);
    throw new HangupError("HANGUP_USAGE", `unknown command '${name}'`, {
      remedy: near ? `Did you mean '${near}'?` : "See 'hangup --help'",
    });
  }
  const module = await command.load();
  return module.run(rest);
}

const argv = process.argv.slice(2);
const name = argv[0] !== undefined && argv[0] in commands ? `hangup ${argv[0]}` : "hangup";
guardStandardOutput(name);
try {
  process.exitCode = await main(argv);
} catch (error) {
  process.stderr.write(`${describeError(name, error)}\n`);
  process.exitCode = error instanceof HangupError ? error.exitCode : 1;
}
