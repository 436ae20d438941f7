import { stripVTControlCharacters } from "node:util";
import { interleave, type Conversation } from "@hangup/connections";
import { segmentCapture } from "@hangup/packets/builder";
import { Observer } from "@hangup/teardowns";
import { describe, expect, it } from "vitest";
import { explanationText } from "./explain.ts";
import { SCENES } from "./testing/explained-scenes.ts";

/** What is told of the first connection that ends in a capture of these conversations. */
function told(conversations: readonly Conversation[], flags: boolean): string {
  const texts: string[] = [];
  const observer = new Observer({ collector: "trace.pcap", epoch: 0, live: false, all: false }, (row) =>
    texts.push(stripVTControlCharacters(explanationText(row)).trimEnd()),
  );
  const segments = interleave(...conversations).filter((segment) => !flags || (segment.flags & 7) !== 0);
  observer.push(segmentCapture(segments));
  observer.finish();
  return texts[0];
}

describe("each cause is told in words that hold for it", () => {
  it.each(SCENES)("$name", ({ capture, flags = false, text }) => {
    expect(told(capture, flags)).toBe(text.trim());
  });
});
