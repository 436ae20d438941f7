import { ERROR_CODES, HangupError, httpUrl, option, type ErrorCode, type OptionSpec } from "@hangup/service/command";
import { BadParameterError, type BadParameter } from "./bad-parameter.ts";

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
  /** Every bad parameter, where it is for them. */
  readonly errors?: readonly BadParameter[];
  readonly code?: string;
  readonly detail?: string;
}

export interface RequestLimits {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Above the 25 s that the API gives its own queries, so that it is the API that says what took too long. */
const TIMEOUT_MS = 30_000;

/** The query API over HTTP. Errors come out as HangupError in the API's own words. */
export class ApiClient {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base.replace(/\/+$/, "");
  }

  /**
   * @param path below /api/v1.
   * @param limits the whole answer must be there within 30 s, unless said otherwise.
   * @throws HangupError HANGUP_API_UNREACHABLE, or the API's own code.
   */
  async get<T>(path: string, parameters: ApiParameters, limits: RequestLimits = {}): Promise<T> {
    const { timeoutMs = TIMEOUT_MS, signal } = limits;
    const search = new URLSearchParams(parameters);
    const late = AbortSignal.timeout(timeoutMs);
    const response = await this.#fetch(`${path}?${search.toString()}`, {
      headers: { accept: "application/json" },
      signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    });
    const text = await this.#heard(response.text());
    try {
      return JSON.parse(text) as T;
    } catch {
      throw this.#unreachable(`something else answered there, with HTTP status ${response.status}`);
    }
  }

  /**
   * POST with a JSON body; the answer is left unread.
   * @param timeoutMs within which the answer must begin.
   * @throws like `get`.
   */
  async post(path: string, body: unknown, timeoutMs: number): Promise<Response> {
    const silent = new AbortController();
    const timer = setTimeout(() => silent.abort(new DOMException("silent", "TimeoutError")), timeoutMs);
    try {
      return await this.#fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: silent.signal,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const response = await this.#heard(fetch(`${this.#base}/api/v1/${path}`, init));
    if (response.ok) return response;
    throw this.#failure(response.status, await this.#heard(response.text()));
  }

  async #heard<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (cause) {
      throw this.#unreachable(whyOf(cause), cause);
    }
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
    const { code, detail, errors: [bad] = [] } = problem;
    if (code === undefined || detail === undefined || !(code in ERROR_CODES)) {
      return this.#unreachable(`something else answered there, with HTTP status ${status}`);
    }
    const words = detail.replace(/\.$/, "");
    return bad === undefined ? new HangupError(code as ErrorCode, words) : new BadParameterError(words, bad);
  }
}

function whyOf(error: unknown): string {
  if ((error as Error).name === "TimeoutError") return "it takes too long";
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  if (cause?.code === "ECONNREFUSED") return "nothing listens there";
  if (cause?.code === "ENOTFOUND" || cause?.code === "EAI_AGAIN") return "the host's name is unknown";
  return cause?.message || cause?.code || (error as Error).message;
}
