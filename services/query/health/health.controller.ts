import { Controller, Get, Header, Inject, Res } from "@nestjs/common";
import { ApiExcludeController } from "@nestjs/swagger";
import type { FastifyReply } from "fastify";
import { Store } from "../store/store.ts";
import { QueryMetrics } from "./metrics.ts";

const TEXT = "text/plain; charset=utf-8";

@ApiExcludeController()
@Controller()
export class HealthController {
  readonly #store: Store;
  readonly #metrics: QueryMetrics;

  constructor(@Inject(Store) store: Store, @Inject(QueryMetrics) metrics: QueryMetrics) {
    this.#store = store;
    this.#metrics = metrics;
  }

  /** The process answers. */
  @Get("livez")
  @Header("content-type", TEXT)
  livez(): string {
    return "ok\n";
  }

  /** It can serve: ClickHouse answers and has our tables. */
  @Get("readyz")
  async readyz(@Res() reply: FastifyReply): Promise<void> {
    const why = await this.#store.whyNotReady();
    await reply
      .status(why === null ? 200 : 503)
      .header("content-type", TEXT)
      .send(`${why ?? "ok"}\n`);
  }

  @Get("metrics")
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const { registry } = this.#metrics;
    await reply.header("content-type", registry.contentType).send(await registry.metrics());
  }
}
