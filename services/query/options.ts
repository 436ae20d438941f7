import { httpUrl, listenAddress, option, type CommandSpec } from "@hangup/service";
import { z } from "zod";

export const options = {
  listen: option("--listen <address>", "where the API and the page listen", listenAddress.prefault("127.0.0.1:8480")),
  grpcListen: option("--grpc-listen <address>", "where gRPC listens", listenAddress.prefault("127.0.0.1:8481")),
  clickhouse: option(
    "--clickhouse <url>",
    "ClickHouse over HTTP; may carry user:password",
    httpUrl.default("http://127.0.0.1:8123"),
  ),
  sqlUser: option("--sql-user <name>", "ClickHouse user for POST sql, read-only", z.string().default("hangup_reader")),
  sqlPassword: option("--sql-password <text>", "its password", z.string().default(""), { secret: true }),
};

export const spec: CommandSpec<typeof options> = {
  name: "hangup serve",
  summary: "The query API, its documentation and the page, over HTTP and gRPC.",
  examples: ["hangup serve", "hangup serve --listen 0.0.0.0:8480 --clickhouse http://hangup:secret@clickhouse:8123"],
  options,
};
