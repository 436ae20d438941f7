import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import {
  credentials,
  loadPackageDefinition,
  type Client,
  type ClientDuplexStream,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ROOT } from "./hangup-up.ts";

/** One row of a rate reply, the same over REST and gRPC. */
export interface RateRow {
  readonly host: string;
  readonly port: number;
  readonly cause: string;
  readonly teardowns: number;
  readonly resets: number;
  readonly fins: number;
  readonly timeouts: number;
  readonly failed_attempts: number;
  readonly orphan_resets: number;
}

type Method = (request: object, callback: (error: ServiceError | null, reply: unknown) => void) => void;

/** `GetRstRate` of the default range, as a client that has only our .proto file would call it. */
export async function getRstRate(address: string, groupBy: readonly string[]): Promise<RateRow[]> {
  const reply = await call(address, "hangup/v1/query.proto", "hangup.v1.QueryService", "GetRstRate", {
    group_by: groupBy,
    limit: 1000,
  });
  return (reply as { rows: RateRow[] }).rows;
}

async function call(address: string, file: string, service: string, method: string, request: object): Promise<unknown> {
  const client = connect(address, join(ROOT, "proto"), file, service);
  try {
    return await new Promise((resolve, reject) => {
      (client[method] as Method).call(client, request, (error, reply) => (error ? reject(error) : resolve(reply)));
    });
  } finally {
    client.close();
  }
}

type AnyClient = Client & Record<string, unknown>;

function connect(address: string, directory: string, file: string, service: string): AnyClient {
  const definition = loadSync(file, { includeDirs: [directory], keepCase: true, longs: Number, defaults: true });
  const found = service
    .split(".")
    .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], loadPackageDefinition(definition));
  const ClientOf = found as new (address: string, secrets: ReturnType<typeof credentials.createInsecure>) => AnyClient;
  return new ClientOf(address, credentials.createInsecure());
}

interface ReflectionReply {
  readonly list_services_response: { readonly service: readonly { readonly name: string }[] };
}

/** The services that the server's reflection names. */
export async function servedServices(address: string): Promise<string[]> {
  const directory = join(
    dirname(createRequire(import.meta.url).resolve("@grpc/reflection/package.json")),
    "build/proto",
  );
  const client = connect(
    address,
    directory,
    "grpc/reflection/v1/reflection.proto",
    "grpc.reflection.v1.ServerReflection",
  );
  const stream = (client["ServerReflectionInfo"] as () => ClientDuplexStream<object, ReflectionReply>).call(client);
  try {
    const reply = await new Promise<ReflectionReply>((resolve, reject) => {
      stream.once("data", resolve).once("error", reject);
      stream.write({ list_services: "" });
    });
    return reply.list_services_response.service.map(({ name }) => name);
  } finally {
    stream.end();
    client.close();
  }
}
