export {
  connect,
  credentials,
  MINIMUM_VERSION,
  pingClickHouse,
  type ClickHouseClient,
  type ConnectOptions,
  type Credentials,
} from "./client.ts";
export { clickHouseError, isTransient, lacksTables, serverErrorCode } from "./failure.ts";
export { insertNative, type InsertSettings } from "./insert.ts";
export { clickHouseOption } from "./option.ts";
export { execute, queryRows, queryStream, type QueryOptions } from "./query.ts";
export { migrate, migrationStatus, type MigrationState } from "./migrate.ts";
export { startEmbedded, type EmbeddedEngine, type EmbeddedOptions } from "./embedded.ts";
