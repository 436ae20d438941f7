export { listen, listenError, startAdminServer, type AdminServer, type ListenAddress } from "./admin.ts";
export { environmentName, parseCommand, type CommandSpec, type ParsedCommand } from "./config.ts";
export { describeError, ERROR_CODES, HangupError, type ErrorCode } from "./errors.ts";
export { runService, STOP_LIMIT_MS, type RunningService, type ServiceContext } from "./lifecycle.ts";
export { createLogger, type Logger } from "./log.ts";
export { Counter, createRegistry, Gauge, Histogram, type Registry } from "./metrics.ts";
export { nearest } from "./nearest.ts";
export { option, type ConfigOf, type OptionSpec, type OptionTable } from "./option.ts";
export { bootstrapServers, duration, flag, httpUrl, listenAddress } from "./schemas.ts";
