import { Controller, Get, Inject, Query } from "@nestjs/common";
import { ApiOkResponse, ApiOperation, ApiTags } from "@nestjs/swagger";
import { z } from "zod";
import { alertParameters, type AlertParameters } from "../parameters/schemas.ts";
import { ProblemResponses } from "../problem/problem-responses.ts";
import { Store } from "../store/store.ts";
import { alertStatement } from "./alert-statement.ts";

const alertSchema = z.object({
  id: z.string(),
  fingerprint: z.string(),
  state: z.enum(["firing", "resolved"]),
  port: z.int(),
  cause: z.string(),
  started_time: z.string(),
  updated_time: z.string(),
  resolved_time: z.string().nullable(),
  resets: z.int(),
  teardowns: z.int(),
  rate: z.number(),
  baseline_resets: z.int(),
  baseline_teardowns: z.int(),
  baseline_rate: z.number(),
  top_hosts: z.array(z.object({ host: z.string(), resets: z.int() })),
  summary: z.string(),
  version: z.int(),
});
const alertsSchema = z.object({ rows: z.array(alertSchema) });

@ApiTags("alerts")
@ProblemResponses(400)
@Controller("api/v1")
export class AlertsController {
  readonly #store: Store;

  constructor(@Inject(Store) store: Store) {
    this.#store = store;
  }

  @Get("alerts")
  @ApiOperation({ summary: "Alerts: what rose, from what to what, and where" })
  @ApiOkResponse({ standardSchema: alertsSchema })
  async alerts(
    @Query({ schema: alertParameters }) { state, limit }: AlertParameters,
  ): Promise<z.output<typeof alertsSchema>> {
    return { rows: await this.#store.rows(alertStatement(state, limit ?? 100)) };
  }
}
