import type { Scenario } from "./scenario.ts";
import { ABORT_SCENARIOS } from "./scenarios/abort.ts";
import { FIN_SCENARIOS } from "./scenarios/fin.ts";
import { HANDSHAKE_SCENARIOS } from "./scenarios/handshake.ts";
import { NOBODY_SCENARIOS } from "./scenarios/nobody.ts";
import { POPULATION_SCENARIOS } from "./scenarios/population.ts";
import { REFUSED_SCENARIOS } from "./scenarios/refused.ts";
import { SILENCE_SCENARIOS } from "./scenarios/silence.ts";
import { THIRD_PARTY_SCENARIOS } from "./scenarios/third-party.ts";

/** Everything that the lab can do to a connection, by name. */
export const REPERTOIRE: Readonly<Record<string, Scenario>> = {
  ...FIN_SCENARIOS,
  ...REFUSED_SCENARIOS,
  ...SILENCE_SCENARIOS,
  ...HANDSHAKE_SCENARIOS,
  ...ABORT_SCENARIOS,
  ...NOBODY_SCENARIOS,
  ...THIRD_PARTY_SCENARIOS,
  ...POPULATION_SCENARIOS,
};

/** Causes that this lab does not make, and why. */
export const NOT_MADE: Readonly<Record<string, string>> = {
  resource_abort: "the limits whose excess makes Linux abort (tcp_mem, tcp_max_orphans) are those of the whole machine",
  unknown_reset: "is said where no rule applies; nobody does it",
};
