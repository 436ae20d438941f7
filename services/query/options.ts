import { clickHouseOption } from "@hangup/clickhouse";
import { listenAddress, option, type CommandSpec } from "@hangup/service";
import { z } from "zod";

export const options = {
  listen: option("--listen <address>", "where the API and the page listen", listenAddress.prefault("127.0.0.1:8480")),
  grpcListen: option("--grpc-listen <address>", "where gRPC listens", listenAddress.prefault("127.0.0.1:8481")),
  clickhouse: clickHouseOption,
  // Its password is in the environment alone: a flag could be read by everyone on the machine.
  sqlUser: option(
    "--sql-user <name>",
    "ClickHouse user for POST sql, read-only; its password from HANGUP_SQL_PASSWORD",
    z.string().default("hangup_reader"),
  ),
};

export const spec: CommandSpec<typeof options> = {
  name: "hangup serve",
  summary: "The query API, its documentation and the page, over HTTP and gRPC.",
  examples: [
    "hangup serve",
    "HANGUP_CLICKHOUSE_PASSWORD=… HANGUP_SQL_PASSWORD=… hangup serve --listen 0.0.0.0:8480 --clickhouse http://clickhouse:8123",
  ],
  options,
};
