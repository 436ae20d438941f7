import { signal } from "@preact/signals";
import { get, type Parameters } from "../api/client.ts";
import type { TeardownRow, TeardownsAnswer } from "../api/shapes.ts";

/** The latest ends behind one row of the table. */
export interface Latest {
  /** Of what was asked: see keyOf. */
  readonly key: string;
  /** Newest first; null until they have come. */
  readonly rows: readonly TeardownRow[] | null;
  /** Why they have not; null where nothing is wrong. */
  readonly trouble: string | null;
}

const MOST = 5;

/** What is open; null for nothing. It is asked once, so that nobody's text changes while being read. */
export const latest = signal<Latest | null>(null);

let asking = new AbortController();

export function keyOf(filters: Parameters): string {
  return JSON.stringify(filters);
}

/** Opens what these filters let through, or closes it where it is open. */
export async function toggleLatest(filters: Parameters): Promise<void> {
  const key = keyOf(filters);
  asking.abort();
  if (latest.value?.key === key) {
    latest.value = null;
    return;
  }
  const asked = new AbortController();
  asking = asked;
  latest.value = { key, rows: null, trouble: null };
  try {
    const { rows } = await get<TeardownsAnswer>("teardowns", { ...filters, limit: MOST }, asked.signal);
    if (!asked.signal.aborted) latest.value = { key, rows, trouble: null };
  } catch (error) {
    if (!asked.signal.aborted)
      latest.value = { key, rows: null, trouble: error instanceof Error ? error.message : String(error) };
  }
}
