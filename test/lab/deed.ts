import type { CauseName, Kind } from "@hangup/causes";

/**
 * What a capture holds: `all` headers, the segments with SYN, FIN or RST (`flags`), or what is left where the capture began after
 * each handshake (`late`).
 */
export const MODES = ["all", "flags", "late"] as const;
export type Mode = (typeof MODES)[number];

export const VANTAGES = ["client", "middle", "server"] as const;
export type Vantage = (typeof VANTAGES)[number];

/** What was done to a connection, as it can be known at a place. */
export interface Deed {
  readonly kinds: readonly Kind[];
  /** The finest name of what was done; '' for connections that have not ended. */
  readonly cause: CauseName;
  /** As true: other names for what was done, or for a part of it. */
  readonly also?: readonly CauseName[];
  /** Other causes that the same packets allow: no lie, but not what was done. */
  readonly readings: readonly CauseName[];
  /** What of it a capture that holds less can show, where that is something else; null for nothing. */
  readonly in?: Readonly<Partial<Record<Mode, Deed | null>>>;
}

/** What was done, where it is not the same at every place; null where nothing of it can be seen, or nothing is asked. */
export type DeedAt = Readonly<Partial<Record<Vantage, Deed | null>>>;

/** What is done to a connection, at every place that `at` does not name. */
export interface Doing {
  readonly deed: Deed;
  readonly at?: DeedAt;
}

export function did(kind: Kind | readonly Kind[], cause: CauseName, ...readings: CauseName[]): Deed {
  return { kinds: typeof kind === "string" ? [kind] : kind, cause, readings };
}

export const NOT_ASKED: DeedAt = { client: null, middle: null, server: null };

/** Only these places are asked; at the others nothing of it passes. */
export function only(deed: Deed, ...vantages: Vantage[]): DeedAt {
  return Object.fromEntries(VANTAGES.map((vantage) => [vantage, vantages.includes(vantage) ? deed : null]));
}
