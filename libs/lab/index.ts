export { createLab, type CapturePoint, type Ending, type Lab, type LabOptions, type Plan } from "./lab.ts";
export { CLOSED_PORT, mix, randomFrom, USUAL_WEIGHTS, type MixOptions, type Random } from "./mix.ts";
export { SCENARIO_NAMES, SCENARIOS, type Scenario, type ScenarioName, type Side, type Truth } from "./scenarios.ts";
export {
  addNamespaces,
  ipBatch,
  namespacePrefix,
  removeLeftovers,
  removeNamespaces,
  runIn,
  setKernelParameters,
} from "./namespaces.ts";
export { type Step } from "./steps.ts";
export { type Family } from "./topology.ts";
export { type Endpoint } from "./worker-protocol.ts";
