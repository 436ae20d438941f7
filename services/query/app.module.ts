import { Module, type DynamicModule } from "@nestjs/common";
import { AlertsController } from "./alerts/alerts.controller.ts";
import { CausesController } from "./causes/causes.controller.ts";
import { HealthController } from "./health/health.controller.ts";
import { QueryMetrics } from "./health/metrics.ts";
import { RateReader } from "./rates/rate-reader.ts";
import { RatesController } from "./rates/rates.controller.ts";
import { SqlController } from "./sql/sql.controller.ts";
import { SqlRunner } from "./sql/sql-runner.ts";
import { Clock } from "./store/clock.ts";
import { Store } from "./store/store.ts";
import { TeardownReader } from "./teardowns/teardown-reader.ts";
import { TeardownsController } from "./teardowns/teardowns.controller.ts";

/** What the routes are made from; built by hand in main.ts, so that it is plain to see what there is. */
export interface Parts {
  readonly store: Store;
  readonly rates: RateReader;
  readonly teardowns: TeardownReader;
  readonly sql: SqlRunner;
  readonly clock: Clock;
  readonly metrics: QueryMetrics;
}

@Module({})
class AppModule {}

export function appModule(parts: Parts): DynamicModule {
  return {
    module: AppModule,
    controllers: [
      RatesController,
      TeardownsController,
      CausesController,
      AlertsController,
      SqlController,
      HealthController,
    ],
    providers: [
      { provide: Store, useValue: parts.store },
      { provide: RateReader, useValue: parts.rates },
      { provide: TeardownReader, useValue: parts.teardowns },
      { provide: SqlRunner, useValue: parts.sql },
      { provide: Clock, useValue: parts.clock },
      { provide: QueryMetrics, useValue: parts.metrics },
    ],
  };
}
