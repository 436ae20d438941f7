import {
  Server,
  ServerCredentials,
  logVerbosity,
  setLogVerbosity,
  status,
  type handleUnaryCall,
  type ServiceDefinition,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import {
  checkoutFile,
  HangupError,
  listenError,
  type ErrorCode,
  type ListenAddress,
  type Logger,
} from "@hangup/service";
import { HealthImplementation } from "grpc-health-check";
import { rateQuery } from "../parameters/rate-query.ts";
import { problemOf } from "../problem/problem.ts";
import type { RateReader } from "../rates/rate-reader.ts";
import type { Clock } from "../store/clock.ts";
import { parametersOf, responseOf, type GetRstRateRequest } from "./rate-messages.ts";

// grpc-js would write lines of its own to stderr, beside the error that it gives back.
setLogVerbosity(logVerbosity.NONE);

const SERVICE = "hangup.v1.QueryService";

const STATUS: Partial<Record<ErrorCode, status>> = {
  HANGUP_BAD_PARAMETER: status.INVALID_ARGUMENT,
  HANGUP_NOT_FOUND: status.NOT_FOUND,
  HANGUP_CLICKHOUSE_UNREACHABLE: status.UNAVAILABLE,
};

export interface GrpcServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface GrpcOptions {
  readonly address: ListenAddress;
  readonly rates: RateReader;
  readonly clock: Clock;
  readonly log: Logger;
}

/** hangup.v1.QueryService, with reflection and health. @throws HangupError HANGUP_PORT_TAKEN. */
export async function startGrpcServer({ address, rates, clock, log }: GrpcOptions): Promise<GrpcServer> {
  const contract = loadSync("hangup/v1/query.proto", {
    includeDirs: [checkoutFile("proto")],
    keepCase: true,
    longs: Number,
    defaults: true,
  });
  const server = new Server();
  const getRstRate: handleUnaryCall<GetRstRateRequest, object> = (call, answer) => {
    rates.rates(rateQuery(parametersOf(call.request), clock.nowUs())).then(
      (reply) => answer(null, responseOf(reply)),
      (error: unknown) => answer(told(error, log)),
    );
  };
  server.addService(contract[SERVICE] as ServiceDefinition, { GetRstRate: caught(getRstRate, log) });
  new ReflectionService(contract, { services: [SERVICE] }).addToServer(server);
  new HealthImplementation({ "": "SERVING", [SERVICE]: "SERVING" }).addToServer(server);
  const port = await bind(server, address);
  return { port, stop: () => stop(server) };
}

/** Parameters are judged before the first await: such an error must reach the caller, too. */
function caught<A, B>(handler: handleUnaryCall<A, B>, log: Logger): handleUnaryCall<A, B> {
  return (call, answer) => {
    try {
      handler(call, answer);
    } catch (error) {
      answer(told(error, log));
    }
  };
}

/** The error as the REST API words it. */
function told(error: unknown, log: Logger): Partial<ServiceError> {
  const problem = problemOf(error);
  const code = (error instanceof HangupError ? STATUS[error.code] : undefined) ?? status.INTERNAL;
  if (code === status.INTERNAL) log.error({ err: error, code: problem.code }, problem.detail);
  return { code, details: problem.detail };
}

function bind(server: Server, address: ListenAddress): Promise<number> {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${address.port}`, ServerCredentials.createInsecure(), (cause, port) => {
      if (cause === null) resolve(port);
      else reject(listenError(withCode(cause), address, "--grpc-listen"));
    });
  });
}

/** grpc-js keeps the system's error code in the text alone. */
function withCode(cause: Error): Error {
  return Object.assign(cause, { code: /\b(EADDRINUSE|EACCES|EADDRNOTAVAIL)\b/.exec(cause.message)?.[1] });
}

const GRACE_MS = 3_000;

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, GRACE_MS);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
