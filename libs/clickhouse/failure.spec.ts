import { describe, expect, it } from "vitest";
import { clickHouseError, isTransient, serverErrorCode } from "./failure.ts";

/** As @clickhouse/client gives them: an answer that it cannot read as an error of the server's is a plain Error of its text. */
const answered: { text: string; code: number; message: string }[] = [
  {
    text: "Poco::Exception. Code: 1000, e.code() = 0, SSL Exception: Configuration error: no certificate file has been specified (version 26.7.2.1)\n",
    code: 1000,
    message: "here: SSL Exception: Configuration error: no certificate file has been specified (POCO_EXCEPTION)",
  },
  {
    text: "Poco::Exception. Code: 1000, e.code() = 2, File not found: /x (version 26.7.2.1 (official build))",
    code: 1000,
    message: "here: File not found: /x (POCO_EXCEPTION)",
  },
  {
    text: "std::exception. Code: 1001, type: std::out_of_range, e.what() = vector (version 26.7.2.1)",
    code: 1001,
    message: "here: type: std::out_of_range, e.what() = vector (STD_EXCEPTION)",
  },
];

describe("clickHouseError", () => {
  it.each(answered)("takes an answer for an answer: $message", ({ text, code, message }) => {
    const error = clickHouseError(new Error(text), "here");
    expect(error).toMatchObject({ code: "HANGUP_CLICKHOUSE", message });
    expect(serverErrorCode(error)).toBe(code);
    expect(isTransient(error)).toBe(true);
  });

  const silent: { error: Error; why: string }[] = [
    { error: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }), why: "ECONNREFUSED" },
    { error: new Error("Timeout error."), why: "it took too long" },
    { error: new Error("<html>\n502 Bad Gateway"), why: "<html>" },
    { error: new Error("socket hang up about a Poco::Exception. Code: 1000"), why: "socket hang up" },
  ];
  it.each(silent)("tells that no server answered: $why", ({ error, why }) => {
    const told = clickHouseError(error, "here");
    expect(told.code).toBe("HANGUP_CLICKHOUSE_UNREACHABLE");
    expect(told.message).toContain(`no ClickHouse server answers (${why}`);
    expect(serverErrorCode(told)).toBeNull();
  });
});
