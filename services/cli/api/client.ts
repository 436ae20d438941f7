import { ERROR_CODES, HangupError, httpUrl, option, type ErrorCode, type OptionSpec } from "@hangup/service";

/** `--api`, the same in every command that asks the query API. */
export const apiOption: OptionSpec<string> = option(
  "--api <url>",
  "the query API",
  httpUrl.default("http://127.0.0.1:8480"),
);

/** Parameters of a request; a list is given as several of the same name. */
export type ApiParameters = readonly [name: string, value: string][];

/** What a failed request says; RFC 9457. */
interface Problem {
  readonly code?: string;
  readonly detail?: string;
}

/** The query API over HTTP. Errors come out as HangupError in the API's own words. */
export class ApiClient {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base.replace(/\/+$/, "");
  }

  /** @param path below /api/v1. @throws HangupError HANGUP_API_UNREACHABLE, or the API's own code. */
  async get<T>(path: string, parameters: ApiParameters): Promise<T> {
    const search = new URLSearchParams(parameters);
    const response = await this.#fetch(`${path}?${search.toString()}`, { headers: { accept: "application/json" } });
    return (await response.json()) as T;
  }

  /** POST with a JSON body; the answer is left unread. @throws like `get`. */
  post(path: string, body: unknown): Promise<Response> {
    return this.#fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(`${this.#base}/api/v1/${path}`, init).catch((cause: unknown) => {
      throw this.#unreachable(whyOf(cause), cause);
    });
    if (response.ok) return response;
    const text = await response.text();
    throw this.#failure(response.status, text);
  }

  #unreachable(why: string, cause?: unknown): HangupError {
    return new HangupError("HANGUP_API_UNREACHABLE", `the query API at ${this.#base} does not answer: ${why}`, {
      remedy: "Start it with 'hangup up' or 'hangup serve', or say where it is with --api",
      cause,
    });
  }

  #failure(status: number, text: string): HangupError {
    let problem: Problem = {};
    try {
      problem = JSON.parse(text) as Problem;
    } catch {
      // Whatever answered is not our API: told below by its status.
    }
    const { code, detail } = problem;
    if (code === undefined || detail === undefined || !(code in ERROR_CODES)) {
      return this.#unreachable(`something else answered there, with HTTP status ${status}`);
    }
    return new HangupError(code as ErrorCode, detail.replace(/\.$/, ""));
  }
}

function whyOf(error: unknown): string {
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  if (cause?.code === "ECONNREFUSED") return "nothing listens there";
  if (cause?.code === "ENOTFOUND" || cause?.code === "EAI_AGAIN") return "the host's name is unknown";
  return cause?.message || cause?.code || (error as Error).message;
}
