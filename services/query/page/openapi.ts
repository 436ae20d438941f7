import type { NestFastifyApplication } from "@nestjs/platform-fastify";
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from "@nestjs/swagger";
import { LIST_PARAMETERS } from "../parameters/schemas.ts";

const DESCRIPTION = `Why TCP connections end: RST rates by host, port and cause, single teardowns, alerts, and read-only SQL.

Times are half-open ranges, from ≤ end_time < to. Errors are application/problem+json (RFC 9457) with a stable \`code\`.

Counts are of observations: a connection that several collectors saw, at its client and at its server say, counts once for
each of them. To count every connection once, keep one view of it: \`vantage=server\` where every server has a collector, or
\`collector=NAME\`. Without it rates weigh a connection by the number of
collectors that saw it.`;

/** The API's OpenAPI document, from the routes and their schemas. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder().setTitle("Hangup").setDescription(DESCRIPTION).setVersion("1").build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_controller, method) => method,
  });
  for (const path of Object.values(document.paths)) allowCommaLists(path);
  return document;
}

/** List parameters may be repeated (explode) as well as given as a comma list: clients may use either. */
function allowCommaLists(path: OpenAPIObject["paths"][string]): void {
  for (const parameter of path.get?.parameters ?? []) {
    if (!("name" in parameter) || !LIST_PARAMETERS.has(parameter.name)) continue;
    parameter.style = "form";
    parameter.explode = true;
  }
}
