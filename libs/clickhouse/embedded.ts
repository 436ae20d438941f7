export interface EmbeddedOptions {
  /** Holds the tables and the generated configuration. One engine a directory. */
  readonly dataDir: string;
  /** HTTP on 127.0.0.1:port. */
  readonly port: number;
  /** The engine's own log, appended to. */
  readonly logFile: string;
  /** Password of `hangup`, the services' user. */
  readonly password: string;
  /** Password of `hangup_reader`, who may only read database hangup, within limits. */
  readonly readerPassword: string;
  readonly onProgress?: (message: string) => void;
}

export interface EmbeddedEngine {
  /** `http://127.0.0.1:8123`, without credentials. */
  readonly url: string;
  readonly pid: number;
  /** Resolves with the exit code (null after a signal) when the process has ended, whoever ended it. */
  readonly exited: Promise<number | null>;
  /** TERM, and KILL when that takes too long. Resolves when it has ended. */
  stop(): Promise<void>;
}

/**
 * Starts the ClickHouse engine of @chdb/lib-* as a child process with its own HTTP server; resolves when it answers.
 * @throws HangupError HANGUP_MISSING_TOOL (no engine for this platform), HANGUP_PORT_TAKEN, HANGUP_ALREADY_RUNNING (the
 * directory is in use), HANGUP_CHILD_DIED with its last lines.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedEngine> {
  throw new Error(`not yet: ${options.dataDir}`);
}
