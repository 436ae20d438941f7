import { EndedConnection, type Occasion } from "./ended.ts";
import type { Tracking } from "./tracking.ts";
/** Reads a record into the one object that is handed out. */
export declare class View {
  #private;
  constructor(k: Tracking);
  fill(slot: number, occasion: Occasion, nowUs: number): EndedConnection;
}
