import { describe, expect, it } from "vitest";
import { Poll } from "./poll.ts";

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** A poll whose answers and time are given by hand. */
function setUp() {
  const asked: { signal: AbortSignal; answer: (value: string) => void; refuse: (error: Error) => void }[] = [];
  const heard: string[] = [];
  const due: { ms: number; call: () => void }[] = [];
  const poll = new Poll<string>({
    ask: (signal) =>
      new Promise((resolve, reject) => {
        asked.push({ signal, answer: resolve, refuse: reject });
      }),
    answered: (answer) => heard.push(answer),
    failed: (error) => heard.push(String(error)),
    everyMs: 5_000,
    timer: {
      after: (ms, call) => {
        const entry = { ms, call };
        due.push(entry);
        return () => void due.splice(due.indexOf(entry), 1);
      },
    },
  });
  return { asked, heard, due, poll };
}

describe("Poll", () => {
  it("asks again so long after an answer or a failure, never twice at once", async () => {
    const { asked, heard, due, poll } = setUp();
    poll.restart();
    expect([asked.length, due.length]).toEqual([1, 0]);
    asked[0].answer("one");
    await settle();
    expect(due).toMatchObject([{ ms: 5_000 }]);
    due.shift()?.call();
    expect([asked.length, due.length]).toEqual([2, 0]);
    asked[1].refuse(new Error("away"));
    await settle();
    expect(due.length).toBe(1);
    expect(heard).toEqual(["one", "Error: away"]);
  });

  it("forgets the question in hand when it is restarted", async () => {
    const { asked, heard, due, poll } = setUp();
    poll.restart();
    poll.restart();
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    asked[0].answer("old");
    asked[1].answer("new");
    await settle();
    expect(heard).toEqual(["new"]);
    expect(due.length).toBe(1);
  });

  it("asks nothing while it is paused", async () => {
    const { asked, heard, due, poll } = setUp();
    poll.restart();
    asked[0].answer("one");
    await settle();
    poll.pause();
    expect(due).toEqual([]);
    poll.restart();
    asked[1].refuse(new Error("aborted"));
    poll.pause();
    await settle();
    expect(heard).toEqual(["one"]);
    expect(due).toEqual([]);
  });
});
