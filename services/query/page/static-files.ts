import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import type { FastifyInstance } from "fastify";
import { checkoutFile } from "@hangup/service";
import { guidePage, guidePages } from "./guide.ts";
import { DOCS_PAGE, DOCS_START, NO_DASHBOARD_PAGE } from "./docs-page.ts";

const HTML = "text/html; charset=utf-8";
/** Pages load nothing from elsewhere; Swagger UI puts images and styles inline. */
const CONTENT_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";

/** The dashboard at `/`, Swagger UI at `/docs`, the guide at `/guide`, the OpenAPI document: all from this server, with no other host. */
export async function serveStaticFiles(
  app: NestFastifyApplication,
  dashboard = checkoutFile("services/dashboard/dist"),
): Promise<void> {
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.addHook("onSend", async (_request, reply) => {
    reply.header("x-content-type-options", "nosniff");
    if (String(reply.getHeader("content-type")).startsWith("text/html"))
      reply.header("content-security-policy", CONTENT_POLICY);
  });
  await server.register(fastifyStatic, {
    root: dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json")),
    prefix: "/docs/assets/",
    maxAge: "1h",
  });
  server.get("/docs", (_request, reply) => reply.type(HTML).send(DOCS_PAGE));
  server.get("/docs/", (_request, reply) => reply.type(HTML).send(DOCS_PAGE));
  server.get("/docs/start.js", (_request, reply) => reply.type("text/javascript; charset=utf-8").send(DOCS_START));

  const guide = checkoutFile("docs/guide");
  const pages = guidePages(guide);
  server.get("/guide", (_request, reply) => reply.redirect("guide/README.md"));
  server.get("/guide/", (_request, reply) => reply.redirect("README.md"));
  for (const page of pages)
    server.get(`/guide/${page}`, (_request, reply) => reply.type(HTML).send(guidePage(guide, page)));

  // Built on the first call: it costs a start-up that few starts need.
  let document: string | undefined;
  server.get("/api/v1/openapi.json", async (_request, reply) => {
    if (document === undefined) {
      const { openApiDocument } = await import("./openapi.ts");
      document = JSON.stringify(openApiDocument(app));
    }
    return reply.type("application/json; charset=utf-8").send(document);
  });

  if (existsSync(join(dashboard, "index.html"))) {
    // Named files only, so that every other path stays the API's.
    await server.register(fastifyStatic, { root: dashboard, prefix: "/", wildcard: false, decorateReply: false });
  } else {
    server.get("/", (_request, reply) => reply.type(HTML).send(NO_DASHBOARD_PAGE));
  }
}
