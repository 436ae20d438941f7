import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import { listenError, type ListenAddress, type Logger } from "@hangup/service";
import type { FastifyInstance } from "fastify";
import { appModule, type Parts } from "./app.module.ts";
import { serveStaticFiles } from "./page/static-files.ts";
import { ParameterPipe } from "./parameters/parameter-pipe.ts";
import { ProblemFilter, unreadablePath } from "./problem/problem.filter.ts";
import { Routes } from "./problem/routes.ts";

export interface AppOptions {
  readonly parts: Parts;
  readonly log: Logger;
  /** Folder of the built dashboard; default the project's own. */
  readonly dashboard?: string;
}

/** The HTTP side, ready to listen. */
export async function createApp({ parts, log, dashboard }: AppOptions): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    forceCloseConnections: "idle",
    bodyLimit: 1 << 20,
    frameworkErrors: unreadablePath,
  });
  const server = adapter.getInstance<FastifyInstance>();
  const routes = new Routes(server);
  const app = await NestFactory.create<NestFastifyApplication>(appModule(parts), adapter, {
    logger: false,
    abortOnError: false,
  });
  app.useGlobalPipes(new ParameterPipe());
  app.useGlobalFilters(new ProblemFilter(log, routes));
  server.addHook("onResponse", async (request, reply) => {
    parts.metrics.request(
      request.method,
      request.routeOptions.url ?? "other",
      reply.statusCode,
      reply.elapsedTime / 1000,
    );
  });
  await serveStaticFiles(app, dashboard);
  await app.init();
  return app;
}

/** @returns the port in use. @throws HangupError HANGUP_PORT_TAKEN. */
export async function listenOn(app: NestFastifyApplication, address: ListenAddress): Promise<number> {
  try {
    await app.listen(address.port, address.host);
  } catch (cause) {
    throw listenError(cause, address, "--listen");
  }
  const bound = app.getHttpServer().address();
  return bound !== null && typeof bound === "object" ? bound.port : address.port;
}
