import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from "@nestjs/common";
import { HangupError, type Logger } from "@hangup/service";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ParameterError } from "../parameters/parameter-error.ts";
import { PROBLEM_TYPE, problemOf } from "./problem.ts";

/** Every error that leaves the API: one problem+json body. Faults of our own are logged here, once. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(recognised(error, request));
    if (problem.status >= 500) this.#log.error({ err: error, url: request.url, code: problem.code }, problem.detail);
    void reply.status(problem.status).header("content-type", PROBLEM_TYPE).send(problem);
  }
}

/** Nest's and Fastify's own errors (no such route, a body that is no JSON) in our words. */
function recognised(error: unknown, request: FastifyRequest): unknown {
  if (error instanceof HangupError) return error;
  const status =
    error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: unknown }).statusCode);
  const path = request.url.split("?")[0];
  if (status === 404) {
    return new HangupError("HANGUP_NOT_FOUND", `there is no ${request.method} ${path}`, { remedy: "See /docs" });
  }
  if (status >= 400 && status < 500) {
    return new ParameterError({ parameter: "body", given: null, why: `cannot be used: ${(error as Error).message}` });
  }
  return error;
}
