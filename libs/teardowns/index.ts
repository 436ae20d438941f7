export { ADDRESS_BYTES, formatAddress, isMappedIPv4, parseAddress } from "./address.ts";
export { COLUMNS, STORAGE_COLUMNS, type Column, type ColumnShape, type Side, type Teardown } from "./columns.ts";
export { communityId, connectionId, teardownId } from "./identity.ts";
export { CSV_HEADER, formatTime, teardownToCsv, teardownToJson, teardownToObject, type TeardownValue } from "./json.ts";
