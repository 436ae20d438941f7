import { HangupError, nearest } from "@hangup/service/command";
import { DIMENSION_NAMES } from "@hangup/rates";
import { BadParameterError } from "../api/bad-parameter.ts";

/** The API's parameters, but for the filters. */
const OPTIONS: Readonly<Record<string, string>> = {
  from: "--from",
  to: "--to",
  group_by: "--by",
  order_by: "--order-by",
  limit: "--limit",
};

/** What the API says of a parameter, said of the option that it came from; any other error as it is. */
export function inOptions(error: unknown): unknown {
  if (!(error instanceof BadParameterError)) return error;
  const { parameter, given, detail, did_you_mean: near } = error.bad;
  const option = OPTIONS[parameter];
  const value = option === undefined ? `${parameter}=${given ?? ""}` : given;
  const why = detail.replaceAll(/'(\w+)'/g, (quoted, name: string) => OPTIONS[name] ?? quoted);
  return unusable(option ?? "--filter", value ?? "", why, near);
}

/** `port=443` → the API's parameter. @throws HangupError HANGUP_USAGE when it is none of the filters. */
export function filterParameter(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at <= 0)
    throw new HangupError("HANGUP_USAGE", `--filter '${text}' cannot be used: expected NAME=VALUE`, {
      remedy: "For example --filter port=443",
    });
  const name = text.slice(0, at);
  const names: readonly string[] = DIMENSION_NAMES;
  if (names.includes(name)) return [name, text.slice(at + 1)];
  throw unusable("--filter", text, `'${name}' is none of ${names.join(", ")}`, nearest(name, names));
}

function unusable(option: string, value: string, why: string, near: string | undefined): HangupError {
  return new HangupError("HANGUP_USAGE", `${option} '${value}' cannot be used: ${why}`, {
    remedy: near === undefined ? "See 'hangup top --help'" : `Did you mean '${near}'?`,
  });
}
