import { describe, expect, it } from "vitest";
import { bootstrapServers, byteSize, duration, httpUrl, listenAddress } from "./schemas.ts";

describe("schemas", () => {
  it.each([
    { text: "127.0.0.1:80", value: { host: "127.0.0.1", port: 80 } },
    { text: ":80", value: { host: "0.0.0.0", port: 80 } },
    { text: "[::1]:8080", value: { host: "::1", port: 8080 } },
  ])("listen address $text", ({ text, value }) => {
    expect(listenAddress.parse(text)).toEqual(value);
  });

  it.each(["", "80", "host", "host:", "host:70000", "::1:80"])("no listen address: '%s'", (text) => {
    expect(listenAddress.safeParse(text).success).toBe(false);
  });

  it("splits brokers", () => {
    expect(bootstrapServers.parse("a:9092, [::1]:9092")).toEqual(["a:9092", "[::1]:9092"]);
  });

  it.each(["", "a", "a:9092,", "http://a:9092"])("no brokers: '%s'", (text) => {
    expect(bootstrapServers.safeParse(text).success).toBe(false);
  });

  it.each([
    { text: "250ms", value: 250 },
    { text: "2", value: 2_000 },
    { text: "1.5s", value: 1_500 },
    { text: "5m", value: 300_000 },
    { text: "1h", value: 3_600_000 },
  ])("duration $text is $value ms", ({ text, value }) => {
    expect(duration.parse(text)).toBe(value);
  });

  it.each([
    { text: "4096", value: 4096 },
    { text: "64MB", value: 64_000_000 },
    { text: "1.5 GiB", value: 1_610_612_736 },
    { text: "512k", value: 512_000 },
  ])("size $text is $value bytes", ({ text, value }) => {
    expect(byteSize.parse(text)).toBe(value);
  });

  it.each(["", "64 bits", "MB", "-1", "1TB"])("no size: '%s'", (text) => {
    expect(byteSize.safeParse(text).success).toBe(false);
  });

  it.each(["ftp://a", "localhost:8123", "", "http//a"])("no http URL: '%s'", (text) => {
    expect(httpUrl.safeParse(text).success).toBe(false);
  });
});
