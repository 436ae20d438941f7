import { httpUrl, option, type OptionSpec } from "@hangup/service";

/** `--clickhouse`, the same in every command that asks ClickHouse. Secret, since the URL may carry a password. */
export const clickHouseOption: OptionSpec<string> = option(
  "--clickhouse <url>",
  "ClickHouse over HTTP; user and password from HANGUP_CLICKHOUSE_USER and HANGUP_CLICKHOUSE_PASSWORD",
  httpUrl.default("http://127.0.0.1:8123"),
  { secret: true },
);
