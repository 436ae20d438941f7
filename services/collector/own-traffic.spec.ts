import { describe, expect, it } from "vitest";
import { isEndpoint, OwnTraffic, splitEndpoint } from "./own-traffic.ts";
import { address, teardown } from "./testing/teardown.ts";

const LOCAL = ["127.0.0.1", "192.0.2.7", "::1"];

async function own(...endpoints: string[]): Promise<OwnTraffic> {
  const subject = new OwnTraffic(LOCAL);
  for (const endpoint of endpoints) await subject.add(endpoint);
  return subject;
}

describe("OwnTraffic", () => {
  it.each([
    { name: "the endpoint itself", endpoint: "127.0.0.1:9092", server: "127.0.0.1", port: 9092, is: true },
    { name: "another port", endpoint: "127.0.0.1:9092", server: "127.0.0.1", port: 9093, is: false },
    { name: "another address of this host", endpoint: "127.0.0.1:9092", server: "192.0.2.7", port: 9092, is: true },
    { name: "IPv6 of this host", endpoint: "127.0.0.1:9092", server: "::1", port: 9092, is: true },
    { name: "another host's same port", endpoint: "127.0.0.1:9092", server: "192.0.2.8", port: 9092, is: false },
    { name: "a broker elsewhere", endpoint: "198.51.100.1:9092", server: "198.51.100.1", port: 9092, is: true },
    {
      name: "not this host's port for a broker elsewhere",
      endpoint: "198.51.100.1:9092",
      server: "127.0.0.1",
      port: 9092,
      is: false,
    },
    { name: "a wildcard", endpoint: "0.0.0.0:8480", server: "192.0.2.7", port: 8480, is: true },
    { name: "no host at all", endpoint: ":8480", server: "::1", port: 8480, is: true },
    { name: "IPv6 in brackets", endpoint: "[2001:db8::1]:9092", server: "2001:db8::1", port: 9092, is: true },
  ])("$name", async ({ endpoint, server, port, is }) => {
    const subject = await own(endpoint);
    expect(subject.has(teardown({ server_ip: address(server), server_port: port }))).toBe(is);
  });

  it("leaves a connection from that port alone: only servers count", async () => {
    const subject = await own("127.0.0.1:9092");
    expect(subject.has(teardown({ client_ip: address("127.0.0.1"), client_port: 9092 }))).toBe(false);
  });
});

const isOwn = (subject: OwnTraffic, server: string): boolean =>
  subject.has(teardown({ server_ip: address(server), server_port: 9092 }));

describe("OwnTraffic, a name that moves", () => {
  const answers = new Map([["kafka", ["198.51.100.1"]]]);
  it("follows it, and keeps its last address for the rows that still come", async () => {
    const subject = new OwnTraffic(LOCAL, async (host) => answers.get(host) ?? []);
    await subject.add("kafka:9092");
    answers.set("kafka", ["198.51.100.2"]);
    await subject.add("kafka:9092");
    expect([1, 2].map((n) => isOwn(subject, `198.51.100.${n}`))).toEqual([true, true]);
    await subject.add("kafka:9092");
    expect([1, 2].map((n) => isOwn(subject, `198.51.100.${n}`))).toEqual([false, true]);
    answers.clear();
    await subject.add("kafka:9092");
    expect(isOwn(subject, "198.51.100.2")).toBe(true);
  });
});

describe("isEndpoint", () => {
  it.each([
    { text: "kafka:9092", is: true },
    { text: ":8480", is: true },
    { text: "[2001:db8::1]:65535", is: true },
    { text: "host:99999", is: false },
    { text: "host:0", is: false },
    { text: "2001:db8::1:80", is: false },
    { text: "host", is: false },
  ])("$text: $is", ({ text, is }) => expect(isEndpoint(text)).toBe(is));
});

describe("splitEndpoint", () => {
  it.each([
    { endpoint: "kafka:9092", host: "kafka", port: 9092 },
    { endpoint: ":1", host: "", port: 1 },
    { endpoint: "[::1]:80", host: "::1", port: 80 },
  ])("$endpoint", ({ endpoint, host, port }) => expect(splitEndpoint(endpoint)).toEqual({ host, port }));
});
