import type { Family } from "@hangup/lab";
import type { Doing } from "./deed.ts";
import type { Stage } from "./stage.ts";

/** Something that the lab can do. */
export interface Scenario extends Doing {
  readonly families?: readonly Family[];
  /** Those of one lane take turns: they share what a host or a box has once. */
  readonly lane?: string;
  /** Made before all others: its silence must last. */
  readonly early?: boolean;
  /** How often it is made, in a lab that makes most things once a family. */
  readonly times?: number;
  readonly run: (stage: Stage) => Promise<void>;
}
