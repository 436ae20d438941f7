import { Body, Controller, HttpCode, Inject, Post, Res } from "@nestjs/common";
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from "@nestjs/swagger";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { ProblemResponses } from "../problem/problem-responses.ts";
import { SQL_FORMATS, SqlRunner, type SqlFormat } from "./sql-runner.ts";

const formatNames = Object.keys(SQL_FORMATS) as [SqlFormat, ...SqlFormat[]];

const sqlBody = z.strictObject({
  query: z
    .string({ error: "not text" })
    .min(1, "empty")
    .max(100_000, "longer than 100000 characters")
    .meta({ description: "One SELECT, WITH, EXPLAIN, SHOW or DESCRIBE; tables are in database hangup" }),
  format: z
    .enum(formatNames, { error: `not a format, one of ${formatNames.join(", ")}` })
    .optional()
    .meta({ description: "Default json" }),
});

@ApiTags("sql")
@ProblemResponses(400, 403, 422)
@Controller("api/v1")
export class SqlController {
  readonly #sql: SqlRunner;

  constructor(@Inject(SqlRunner) sql: SqlRunner) {
    this.#sql = sql;
  }

  @Post("sql")
  @HttpCode(200)
  @ApiOperation({ summary: "Read-only SQL over database hangup, as a ClickHouse user of its own, within limits" })
  @ApiProduces("application/json", "application/x-ndjson", "text/csv", "text/tab-separated-values", "text/plain")
  @ApiOkResponse({
    description: "The result, in the format asked for; json is ClickHouse's JSON format",
    schema: { type: "object" },
  })
  async run(@Body({ schema: sqlBody }) body: z.output<typeof sqlBody>, @Res() reply: FastifyReply): Promise<void> {
    const format = body.format ?? "json";
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const result = await this.#sql.run(body.query, format, gone.signal);
    await reply.header("content-type", SQL_FORMATS[format].contentType).send(result);
  }
}
