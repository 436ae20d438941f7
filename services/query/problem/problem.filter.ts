import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from "@nestjs/common";
import { HangupError, type Logger } from "@hangup/service";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ParameterError } from "../parameters/parameter-error.ts";
import { PROBLEM_TYPE, problemOf } from "./problem.ts";
import type { Routes } from "./routes.ts";

/** Every error that leaves the API: one problem+json body. Faults of our own are logged here, once. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log: Logger;
  readonly #routes: Routes;

  constructor(log: Logger, routes: Routes) {
    this.#log = log;
    this.#routes = routes;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const allowed = statusOf(error) === 404 ? this.#routes.methodsAt(pathOf(request)) : [];
    if (allowed.length > 0) void reply.header("allow", allowed.join(", "));
    const problem = problemOf(recognised(error, request, allowed));
    if (problem.status >= 500) this.#log.error({ err: error, url: request.url, code: problem.code }, problem.detail);
    void reply.status(problem.status).header("content-type", PROBLEM_TYPE).send(problem);
  }
}

/**
 * What stands in a path cannot be read (`/%ff`): Fastify says so before any route, and before Nest.
 * To be given to the adapter as `frameworkErrors`.
 */
export function unreadablePath(_error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const words = `the path ${pathOf(request)} cannot be read: it is no percent-encoded UTF-8`;
  const problem = problemOf(new HangupError("HANGUP_BAD_URL", words));
  void reply.status(problem.status).header("content-type", PROBLEM_TYPE).send(problem);
}

/** Nest's and Fastify's own errors (no such route, a body that is no JSON) in our words. */
function recognised(error: unknown, request: FastifyRequest, allowed: readonly string[]): unknown {
  if (error instanceof HangupError) return error;
  const status = statusOf(error);
  if (allowed.length > 0) {
    return new HangupError("HANGUP_BAD_METHOD", `${pathOf(request)} takes no ${request.method}`, {
      remedy: `It takes ${allowed.join(", ")}`,
    });
  }
  if (status === 404) {
    return new HangupError("HANGUP_NOT_FOUND", `there is no ${pathOf(request)}`, { remedy: "See /docs" });
  }
  if (status >= 400 && status < 500) {
    return new ParameterError({ parameter: "body", given: null, why: `cannot be used: ${(error as Error).message}` });
  }
  return error;
}

/** Of Nest's and Fastify's own errors; NaN for every other. */
function statusOf(error: unknown): number {
  return error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: unknown }).statusCode);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?")[0];
}
