export { CAUSES, causeDefinition, type CauseDefinition, type CauseName, type Kind, type Need } from "./taxonomy.ts";
