import { describe, expect, it } from "vitest";
import { credentials, isOlder } from "./client.ts";

describe("credentials", () => {
  const environment = {
    HANGUP_CLICKHOUSE_USER: "svc",
    HANGUP_CLICKHOUSE_PASSWORD: "svc-secret",
    HANGUP_SQL_USER: "reader",
    HANGUP_SQL_PASSWORD: "reader-secret",
  };
  const bare = { url: "http://ch:8123" };

  it.each([
    { url: "http://ch:8123/", role: "services", environment: {}, is: { ...bare, user: "hangup", password: "" } },
    { url: "http://ch:8123", role: "services", environment, is: { ...bare, user: "svc", password: "svc-secret" } },
    { url: "http://me:p%40ss@ch:8123", role: "services", environment, is: { ...bare, user: "me", password: "p@ss" } },
    { url: "http://me@ch:8123", role: "services", environment, is: { ...bare, user: "me", password: "" } },
    { url: "http://ch:8123", role: "sql", environment: {}, is: { ...bare, user: "hangup_reader", password: "" } },
    // The services' user may write: people's SQL never runs as it.
    {
      url: "http://me:secret@ch:8123",
      role: "sql",
      environment,
      is: { ...bare, user: "reader", password: "reader-secret" },
    },
    {
      url: "https://ch/proxy/",
      role: "sql",
      environment: {},
      is: { url: "https://ch/proxy", user: "hangup_reader", password: "" },
    },
  ] as const)("$role of $url", ({ url, role, environment: given, is }) => {
    expect(credentials(url, role, given)).toEqual(is);
  });

  it.each(["ch:8123", "tcp://ch:9000", "http://", "http://ch:8123/?database=x", ""])("refuses '%s'", (url) => {
    expect(() => credentials(url, "services", {})).toThrow(`'${url}' is no ClickHouse URL`);
  });

  it("shows no password when it refuses", () => {
    expect(() => credentials("tcp://me:secret@ch:9000", "services", {})).toThrow("'tcp://***@ch:9000'");
  });
});

describe("isOlder", () => {
  it.each([
    { version: "26.7.2.1", minimum: "26.2", older: false },
    { version: "26.2.1.1", minimum: "26.2", older: false },
    { version: "26.1.9.9", minimum: "26.2", older: true },
    { version: "26.10.1.1", minimum: "26.2", older: false },
    { version: "25.12.1.1", minimum: "26.2", older: true },
    { version: "27.1.1.1", minimum: "26.2", older: false },
  ])("$version against $minimum", ({ version, minimum, older }) => {
    expect(isOlder(version, minimum)).toBe(older);
  });
});
