/** What a command needs that serves nothing: it starts without the metrics, the log and the HTTP server of services. */
export { checkoutFile } from "./checkout.ts";
export { environmentName, parseCommand, type CommandSpec, type ParsedCommand } from "./config.ts";
export { describeError, ERROR_CODES, HangupError, type ErrorCode } from "./errors.ts";
export { fileFault, systemWords } from "./file-fault.ts";
export { nearest } from "./nearest.ts";
export { option, type ConfigOf, type OptionSpec, type OptionTable } from "./option.ts";
export { bootstrapServers, byteSize, duration, flag, httpUrl, listenAddress, time } from "./schemas.ts";
export { shortened } from "./shortened.ts";
export { endBy, guardStandardOutput, printWhole, writeWhole } from "./standard-output.ts";
export { BadTime, parseTime, secondsOf } from "./time.ts";
