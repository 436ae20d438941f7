import { z } from "zod";
import type { ListenAddress } from "./admin.ts";
import { parseTime, type BadTime } from "./time.ts";

/** A flag without a value: there or not on the command line; its environment variable and the file say true or false (1 or 0, yes or no, on or off). */
export const flag = z.union([z.boolean(), z.stringbool()], { error: "expected true or false" }).default(false);

const LAST_PORT = 65_535;

function beyondLast(port: number): string {
  return `port ${port} is beyond ${LAST_PORT}`;
}

/** `HOST:PORT`, `:PORT` or `[V6]:PORT` → where to listen. */
export const listenAddress = z.string().transform((text, context): ListenAddress => {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:]+)\]|(?<host>[^:]*)):(?<port>\d+)$/.exec(text);
  const port = Number(match?.groups?.["port"]);
  if (!match?.groups || port > LAST_PORT) {
    context.addIssue({ code: "custom", message: match ? beyondLast(port) : "expected HOST:PORT" });
    return z.NEVER;
  }
  return { host: match.groups["v6"] ?? (match.groups["host"] || "0.0.0.0"), port };
});

/** `HOST:PORT,HOST:PORT` → a list of brokers. */
export const bootstrapServers = z.string().transform((text, context): string[] => {
  const brokers = text.split(",").map((part) => part.trim());
  for (const broker of brokers) {
    const port = Number(/^(?:\[[0-9a-fA-F:]+\]|[^:\s]+):(\d+)$/.exec(broker)?.[1]);
    if (port <= LAST_PORT) continue;
    const why = Number.isNaN(port) ? " is not HOST:PORT" : `: ${beyondLast(port)}`;
    context.addIssue({ code: "custom", message: `'${broker}'${why}` });
    return z.NEVER;
  }
  return brokers;
});

/** An http(s) URL. */
export const httpUrl = z
  .string()
  .refine((text) => /^https?:$/.test(safeProtocol(text)), "expected an http:// or https:// URL");

function safeProtocol(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : "";
}

/** `1500ms`, `2s`, `5m`, `1h`, or a plain number of seconds → milliseconds. */
export const duration = z.string().transform((text, context): number => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (!match) {
    context.addIssue({ code: "custom", message: "expected a duration such as 500ms, 2s, 5m or 1h" });
    return z.NEVER;
  }
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match[2] ?? "s"] as number;
  return Number(match[1]) * unit;
});

const UNITS: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30 };

/** `256MB`, `1.5GiB`, `64M`, or a plain number of bytes → bytes. */
export const byteSize = z.string().transform((text, context): number => {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]i?)?b?$/i.exec(text);
  if (!match) {
    context.addIssue({ code: "custom", message: "expected a size such as 64MB, 1.5GiB or a number of bytes" });
    return z.NEVER;
  }
  return Math.round(Number(match[1]) * (match[2] === undefined ? 1 : UNITS[match[2].toLowerCase()]));
});

/** RFC 3339, unix seconds or milliseconds, `now` or `now-6h` → µs since the epoch. */
export const time = z.string().transform((text, context): number => {
  try {
    return parseTime(text, Date.now() * 1000);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as BadTime).message });
    return z.NEVER;
  }
});
