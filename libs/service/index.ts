export { listen, listenError, startAdminServer, type AdminServer, type ListenAddress } from "./admin.ts";
export { backOff, systemClock, type Clock } from "./clock.ts";
export * from "./command.ts";
export { runService, STOP_LIMIT_MS, type RunningService, type ServiceContext } from "./lifecycle.ts";
export { createLogger, type Logger } from "./log.ts";
export { Counter, createRegistry, Gauge, Histogram, type Registry } from "./metrics.ts";
export { claimPort, freePort } from "./ports.ts";
