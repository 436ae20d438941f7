export { COLUMNS, STORAGE_COLUMNS, type Column, type ColumnShape, type Side, type Teardown } from "./columns.ts";
