/** Where messages go: the URL without its credentials, which travel in a header. */
export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Scheme, host and port: fit for logs, since paths of webhooks are often secrets. */
  readonly shown: string;
}

/**
 * What became of one message. `failed` may succeed later (nobody answers, 408, 425, 429, 5xx); `refused` never will (any
 * other status; redirects are not followed, a POST would become a GET).
 */
export type Outcome = { readonly kind: "delivered" } | { readonly kind: "failed" | "refused"; readonly reason: string };

const REQUEST_TIMEOUT_MS = 10_000;
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429]);

/** @param path appended to the URL's own path, e.g. `/api/v2/alerts`. */
export function targetOf(text: string, path = ""): Target {
  const url = new URL(text);
  const headers: Record<string, string> = { "content-type": "application/json", "user-agent": "hangup-alerter" };
  if (url.username !== "" || url.password !== "") {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers["authorization"] = `Basic ${Buffer.from(pair).toString("base64")}`;
    url.username = "";
    url.password = "";
  }
  if (path !== "") url.pathname = `${url.pathname.replace(/\/+$/, "")}${path}`;
  return { url: url.href, headers, shown: url.origin };
}

/** POSTs JSON; never throws. */
export async function postJson(target: Target, body: unknown, signal: AbortSignal): Promise<Outcome> {
  try {
    const response = await fetch(target.url, {
      method: "POST",
      headers: target.headers,
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    const text = await response.text();
    if (response.ok) return { kind: "delivered" };
    const reason = `status ${response.status}${text === "" ? "" : `: ${text.trim().slice(0, 200)}`}`;
    return { kind: response.status >= 500 || TEMPORARY.has(response.status) ? "failed" : "refused", reason };
  } catch (error) {
    return { kind: "failed", reason: reasonOf(error) };
  }
}

/** fetch says only "fetch failed"; why stands in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return cause.message === "" ? ((cause as NodeJS.ErrnoException).code ?? cause.name) : cause.message;
}
