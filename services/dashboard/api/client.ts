import type { Problem } from "./shapes.ts";

/** Why there is no answer, in words for the person who looks at the page. */
export class NoAnswer extends Error {}

/** Longer than the server's own limit for a query. */
const TIMEOUT_MS = 35_000;

export type Parameters = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** @throws NoAnswer, or the signal's reason when it was aborted. */
export async function get<T>(path: string, parameters: Parameters, signal: AbortSignal): Promise<T> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value.toString() !== "") query.set(name, value.toString());
  }
  let response: Response;
  try {
    // Relative to the page, which may be served below a path.
    response = await fetch(`api/v1/${path}?${query}`, {
      headers: { accept: "application/json" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
  } catch (error) {
    signal.throwIfAborted();
    const late = error instanceof DOMException && error.name === "TimeoutError";
    throw new NoAnswer(late ? `no answer within ${TIMEOUT_MS / 1_000} s` : "nothing answers at this address");
  }
  if (response.ok) return (await response.json()) as T;
  throw new NoAnswer(await reasonOf(response));
}

async function reasonOf(response: Response): Promise<string> {
  try {
    const { detail } = (await response.json()) as Problem;
    if (detail) return detail;
  } catch {
    // Not ours: a proxy's page, say.
  }
  return `status ${response.status}`;
}
