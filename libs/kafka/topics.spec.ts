import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkoutFile } from "@hangup/service";
import { deadLetterTopic, readTopics, TEARDOWNS_TOPIC } from "./topics.ts";

describe("readTopics", () => {
  const directory = mkdtempSync(join(tmpdir(), "hangup-topics-"));
  const file = join(directory, "topics.yaml");
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("finds both topics, settings as text", () => {
    const topics = readTopics(checkoutFile("infra/kafka/topics.yaml"));
    expect(topics.map(({ name }) => name)).toEqual([TEARDOWNS_TOPIC, deadLetterTopic(TEARDOWNS_TOPIC)]);
    for (const { config } of topics) expect(config["retention.ms"]).toMatch(/^\d+$/);
  });

  it.each([
    { text: "- name: a b\n  partitions: 1\n", why: "0.name: not a topic name" },
    { text: "- name: a\n  partitions: 0\n", why: "0.partitions: " },
    { text: "- name: a\n  partitions: 1\n  partition: 2\n", why: "0: Unrecognized key" },
    { text: "name: a\n", why: "the file: " },
    { text: "- name: [\n", why: "cannot be read: " },
  ])("refuses $text", ({ text, why }) => {
    writeFileSync(file, text);
    expect(() => readTopics(file)).toThrow(why);
  });

  it("names a file that is not there", () => {
    expect(() => readTopics(join(directory, "none.yaml"))).toThrow(/none\.yaml cannot be read: ENOENT/);
  });
});
