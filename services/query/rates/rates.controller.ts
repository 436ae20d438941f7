import { Controller, Get, Inject, Query, Req, Res } from "@nestjs/common";
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from "@nestjs/swagger";
import { COUNT_NAMES, RATE_NAMES } from "@hangup/rates";
import type { FastifyReply, FastifyRequest } from "fastify";
import { CONTENT_TYPES, replyForm, toCsv, toNdjson } from "../negotiation.ts";
import { rateQuery } from "../parameters/rate-query.ts";
import { rateParameters, seriesParameters, type RateParameters, type SeriesParameters } from "../parameters/schemas.ts";
import { timeSeriesQuery } from "../parameters/series-query.ts";
import { ProblemResponses } from "../problem/problem-responses.ts";
import { Clock } from "../store/clock.ts";
import { RateReader, type TimeSeriesReply } from "./rate-reader.ts";
import { rstRateSchema, timeSeriesSchema } from "./rate-schemas.ts";

@ApiTags("rates")
@ProblemResponses(400)
@Controller("api/v1")
export class RatesController {
  readonly #rates: RateReader;
  readonly #clock: Clock;

  constructor(@Inject(RateReader) rates: RateReader, @Inject(Clock) clock: Clock) {
    this.#rates = rates;
    this.#clock = clock;
  }

  @Get("rst-rate")
  @ApiOperation({ summary: "RST rates by host, port, cause and more; as ndjson or csv by Accept" })
  @ApiProduces("application/json", "application/x-ndjson", "text/csv")
  @ApiOkResponse({ standardSchema: rstRateSchema })
  async rstRate(
    @Query({ schema: rateParameters }) parameters: RateParameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const query = rateQuery(parameters, this.#clock.nowUs());
    const answer = await this.#rates.rates(query);
    const form = replyForm(request.headers.accept);
    const columns = [
      ...(query.stepSeconds === undefined ? [] : ["time"]),
      ...query.groupBy,
      ...COUNT_NAMES,
      ...RATE_NAMES,
    ];
    const body =
      form === "json" ? JSON.stringify(answer) : form === "csv" ? toCsv(columns, answer.rows) : toNdjson(answer.rows);
    await reply.header("content-type", CONTENT_TYPES[form]).send(body);
  }

  @Get("timeseries")
  @ApiOperation({ summary: "The same counts and rates over time, in columns" })
  @ApiOkResponse({ standardSchema: timeSeriesSchema })
  timeseries(@Query({ schema: seriesParameters }) parameters: SeriesParameters): Promise<TimeSeriesReply> {
    return this.#rates.series(timeSeriesQuery(parameters, this.#clock.nowUs()));
  }
}
