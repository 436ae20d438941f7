import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { PacketPipe } from "./packet-pipe.ts";

const LINES = 20_000;
/** Writes each line by itself, and more than a pipe holds. */
const TALKATIVE = `i=0; while [ $i -lt ${LINES} ]; do echo "line $i"; i=$((i+1)); done`;

function talk(pipe: PacketPipe, script: string): ChildProcess {
  return pipe.connect((writeEnd) => spawn("sh", ["-c", script], { stdio: ["ignore", writeEnd, "ignore"] }));
}

describe("PacketPipe", () => {
  it("hands over every byte, in far fewer pieces than were written", async () => {
    const pieces: string[] = [];
    const pipe = new PacketPipe(50, (chunk) => pieces.push(chunk.toString()));
    await once(talk(pipe, TALKATIVE), "close");
    pipe.close();
    const lines = pieces.join("").split("\n").slice(0, -1);
    expect(lines).toEqual(Array.from({ length: LINES }, (_, i) => `line ${i}`));
    expect(pieces.length).toBeLessThan(LINES / 10);
  });

  it("takes at the end what nobody looked for", async () => {
    let text = "";
    const pipe = new PacketPipe(1_000_000, (chunk) => (text += chunk.toString()));
    const child = talk(pipe, "echo last words");
    await once(child, "close");
    pipe.close();
    pipe.close();
    expect(text).toBe("last words\n");
  });

  it("says that it is behind while more waits than one read takes", () => {
    const pipe = new PacketPipe(50, () => undefined);
    expect(pipe.isBehind).toBe(false);
    pipe.connect(() => undefined);
    pipe.close();
    expect(pipe.isBehind).toBe(false);
  });
});
