import { Controller, Get, Inject, Param, Query, Req, Res } from "@nestjs/common";
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from "@nestjs/swagger";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { CONTENT_TYPES, replyForm } from "../negotiation.ts";
import { filtersOf } from "../parameters/filters.ts";
import { named, ParameterError } from "../parameters/parameter-error.ts";
import { rangeOf, rangeReply } from "../parameters/range.ts";
import { teardownParameters, type TeardownParameters } from "../parameters/schemas.ts";
import { ProblemResponses } from "../problem/problem-responses.ts";
import { Clock } from "../store/clock.ts";
import { decodeCursor } from "./cursor.ts";
import { TeardownReader, type TeardownDetail } from "./teardown-reader.ts";
import { detailSchema, pageSchema } from "./teardown-schemas.ts";
import type { TeardownQuery } from "./teardown-statement.ts";

const MOST_JSON_ROWS = 1000;

@ApiTags("teardowns")
@ProblemResponses(400)
@Controller("api/v1/teardowns")
export class TeardownsController {
  readonly #teardowns: TeardownReader;
  readonly #clock: Clock;

  constructor(@Inject(TeardownReader) teardowns: TeardownReader, @Inject(Clock) clock: Clock) {
    this.#teardowns = teardowns;
    this.#clock = clock;
  }

  @Get()
  @ApiOperation({ summary: "Single connection ends, newest first; as ndjson or csv by Accept" })
  @ApiProduces("application/json", "application/x-ndjson", "text/csv")
  @ApiOkResponse({ standardSchema: pageSchema })
  async page(
    @Query({ schema: teardownParameters }) parameters: TeardownParameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const form = replyForm(request.headers.accept);
    const query = teardownQuery(parameters, this.#clock.nowUs());
    reply.header("content-type", CONTENT_TYPES[form]);
    if (form !== "json") {
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      await reply.send(await this.#teardowns.export(query, form, gone.signal));
      return;
    }
    if (query.limit > MOST_JSON_ROWS) {
      throw new ParameterError({
        parameter: "limit",
        given: String(query.limit),
        why: `at most ${MOST_JSON_ROWS} rows as JSON; ask for ndjson or csv by Accept`,
      });
    }
    await reply.send({ range: rangeReply(query.range), ...(await this.#teardowns.page(query)) });
  }

  @Get(":id")
  @ApiOperation({ summary: "One connection's end, and what other vantages saw of it" })
  @ApiOkResponse({ standardSchema: detailSchema })
  @ProblemResponses(404)
  detail(
    @Param("id", { schema: z.string().meta({ description: "collector-epoch-seq" }) }) id: string,
  ): Promise<TeardownDetail> {
    return this.#teardowns.detail(id);
  }
}

function teardownQuery(parameters: TeardownParameters, now: number): TeardownQuery {
  const { cursor, limit } = parameters;
  return {
    range: rangeOf(parameters, now),
    filters: filtersOf(parameters),
    limit: limit ?? 100,
    after: cursor === undefined ? null : named("cursor", cursor, () => decodeCursor(cursor)),
  };
}
