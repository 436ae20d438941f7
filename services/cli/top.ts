import { setTimeout as sleep } from "node:timers/promises";
import { duration, flag, option, parseCommand, type CommandSpec } from "@hangup/service/command";
import { z } from "zod";
import { ApiClient, apiOption, type ApiParameters } from "./api/client.ts";
import { frameLines, frameTitle, type RstRateAnswer } from "./top/frame.ts";
import { filterParameter, inOptions } from "./top/options-in-errors.ts";

/** A question and the form of its answer are of one call. */
const THIS_CALL = { environment: false };

const options = {
  by: option(
    "--by <dimensions>",
    "group by any of host, client_host, port, collector, vantage, cause, kind, sender, stage, rst_form",
    z.string().default("host,port,cause"),
    THIS_CALL,
  ),
  from: option("--from <time>", "start: RFC 3339, unix seconds, or now-6h", z.string().default("now-1h"), THIS_CALL),
  to: option("--to <time>", "end, exclusive", z.string().default("now"), THIS_CALL),
  filter: option(
    "--filter <name=value>",
    "keep these only, e.g. port=443 or cause=app_abort,no_connection (repeatable)",
    z.array(z.string()).default([]),
    { repeatable: true, ...THIS_CALL },
  ),
  orderBy: option(
    "--order-by <name>",
    "a figure or group, e.g. rst_rate or host:asc",
    z.string().default("resets:desc"),
    THIS_CALL,
  ),
  limit: option("--limit <rows>", "rows; the rest is summed up", z.string().default("20"), THIS_CALL),
  output: option("--output <form>", "table or json", z.enum(["table", "json"]).default("table"), THIS_CALL),
  once: option("--once", "print once instead of refreshing", flag, THIS_CALL),
  refresh: option("--refresh <time>", "between two refreshes on a terminal", duration.prefault("2s"), THIS_CALL),
  api: apiOption,
};

const spec: CommandSpec<typeof options> = {
  name: "hangup top",
  summary: "RST rates by host, port and cause, live.",
  examples: ["hangup top", "hangup top --by cause --from now-6h", "hangup top --filter port=443 --output json"],
  options,
};

export async function run(argv: string[]): Promise<number> {
  const { config } = parseCommand(spec, argv);
  const api = new ApiClient(config.api);
  const parameters: ApiParameters = [
    ["from", config.from],
    ["to", config.to],
    ["group_by", config.by],
    ["order_by", config.orderBy],
    ["limit", config.limit],
    ...config.filter.map(filterParameter),
  ];
  const ask: Ask = async (signal) => {
    try {
      return await api.get<RstRateAnswer>("rst-rate", parameters, signal ? { signal } : {});
    } catch (error) {
      throw inOptions(error);
    }
  };
  if (config.output === "table" && process.stdout.isTTY && !config.once) return watch(ask, config.refresh);
  const answer = await ask();
  const text =
    config.output === "json"
      ? JSON.stringify(answer, null, 2)
      : `${frameTitle(answer)}\n\n${frameLines(answer).join("\n")}`;
  process.stdout.write(`${text}\n`);
  return 0;
}

type Ask = (signal?: AbortSignal) => Promise<RstRateAnswer>;

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";
const CLEAR_REST = "\x1b[J";

/** Redraws on the terminal's second screen until ctrl-C. The first answer must come; later a silent API is waited for. */
async function watch(ask: Ask, refreshMs: number): Promise<number> {
  let answer = await ask();
  let trouble = "";
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
  process.stdout.write(ENTER);
  try {
    while (!stopping.signal.aborted) {
      draw([`hangup top   ${frameTitle(answer)}${trouble}`, "", ...frameLines(answer)]);
      await sleep(refreshMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      try {
        answer = await ask(stopping.signal);
        trouble = "";
      } catch (error) {
        trouble = `   (${error instanceof Error ? error.message : String(error)})`;
      }
    }
  } finally {
    process.stdout.write(LEAVE);
  }
  return 0;
}

/** As many lines as fit, none of them wrapped. */
function draw(lines: readonly string[]): void {
  const rows = process.stdout.rows || 24;
  const shown = lines.length > rows ? [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} lines more`] : lines;
  process.stdout.write(`${HOME}\x1b[?7l${shown.map((line) => line + CLEAR_LINE).join("\n")}${CLEAR_REST}\x1b[?7h`);
}
