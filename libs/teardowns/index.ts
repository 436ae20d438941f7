export { ADDRESS_BYTES, formatAddress, isMappedIPv4, parseAddress } from "./address.ts";
export { COLUMNS, STORAGE_COLUMNS, type Column, type ColumnShape, type Side, type Teardown } from "./columns.ts";
export { FACT_COLUMNS, hasFacts, readFacts, sawWholeCapture } from "./read-facts.ts";
export { RST_COLUMNS, type RstShape, type TeardownRst } from "./rst-columns.ts";
export { communityId, connectionId, teardownId } from "./identity.ts";
export { CSV_HEADER, formatTime, teardownToCsv, teardownToJson, teardownToObject, type TeardownValue } from "./json.ts";
export { captureDamages, captureFault } from "./capture-fault.ts";
export { TeardownColumns } from "./batch.ts";
export { BATCH_ERROR_REASONS, BatchError, type BatchErrorReason } from "./batch-error.ts";
export { decodeBatch } from "./decode.ts";
export { encodeBatch } from "./encode.ts";
export { NativeBlock } from "./native.ts";
export {
  DEFAULT_SETTLE_US,
  DEFAULT_SILENCE_US,
  Observer,
  ObserverCounters,
  type ObserverOptions,
  type ObserverShare,
} from "./observer.ts";
export { emptyRow, fillRow } from "./row.ts";
