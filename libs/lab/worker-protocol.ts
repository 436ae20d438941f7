import type { Outcome, Step } from "./steps.ts";

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * What the lab asks of the worker program inside a namespace, one reply each, over the Node IPC channel. A connection is
 * named by the client's endpoint, on both sides.
 * - `listen`: accepts connections; those that nobody announced do `fallback`
 * - `announce`: the next connection from `client` does `steps`
 * - `connect`: connects and does `steps`; replies when all is done
 * - `served`: replies when the steps of the announced connection are done
 * - `held`: replies when the connection has reached its `hold` step
 * - `release`: lets it go on
 */
export type Request =
  | { readonly op: "listen"; readonly at: Endpoint; readonly fallback: readonly Step[] }
  | { readonly op: "announce"; readonly client: Endpoint; readonly steps: readonly Step[] }
  | {
      readonly op: "connect";
      readonly client: Endpoint;
      readonly server: Endpoint;
      readonly steps: readonly Step[];
      /** Gives up connecting after this long. */
      readonly patienceMs: number;
    }
  | { readonly op: "served" | "held" | "release"; readonly client: Endpoint };

export interface Envelope {
  readonly id: number;
  readonly request: Request;
}

export interface Reply {
  readonly id: number;
  /** `error` EADDRINUSE, ECONNREFUSED …; ETIMEDOUT when connecting took longer than `patienceMs`. */
  readonly outcome: Outcome;
}

export function endpointKey({ address, port }: Endpoint): string {
  return `${address} ${port}`;
}
