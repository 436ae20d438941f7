import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SendQueue, type QueuedBatch } from "./send-queue.ts";

function batch(rows: number, bytes = 600, name = ""): QueuedBatch {
  return { rows, message: { key: Buffer.from(name), value: Buffer.alloc(bytes) } };
}

function names(batches: readonly QueuedBatch[]): string[] {
  return batches.map(({ message }) => message.key.toString());
}

describe("SendQueue", () => {
  it("takes the oldest, within the limits but at least one", () => {
    const queue = new SendQueue(1_000_000);
    for (const name of ["a", "b", "c"]) queue.push(batch(1, 600, name));
    expect(names(queue.take(2, 1_000_000))).toEqual(["a", "b"]);
    queue.unsent();
    expect(names(queue.take(10, 2_100))).toEqual(["a", "b"]);
    queue.unsent();
    expect(names(queue.take(10, 1))).toEqual(["a"]);
  });

  it("offers again what has not arrived, in the same order", () => {
    const queue = new SendQueue(1_000_000);
    queue.push(batch(3, 600, "a"));
    queue.push(batch(4, 600, "b"));
    queue.take(10, 1_000_000);
    queue.unsent();
    queue.push(batch(5, 600, "c"));
    expect(names(queue.take(10, 1_000_000))).toEqual(["a", "b", "c"]);
    expect(queue.sent()).toBe(12);
    expect(queue).toMatchObject({ length: 0, rows: 0, bytes: 0 });
  });

  it("drops the oldest beyond its bound, but not what is being sent", () => {
    const queue = new SendQueue(3_000);
    for (const name of ["a", "b", "c"]) queue.push(batch(10, 600, name));
    queue.take(1, 1);
    queue.push(batch(10, 600, "d"));
    expect(queue.droppedRows).toBe(10);
    expect(queue.sent()).toBe(10);
    expect(names(queue.take(10, 1_000_000))).toEqual(["c", "d"]);
  });

  it("holds nothing of what has been sent, while others still wait", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const queue = new SendQueue(100_000_000);
    const sent: WeakRef<Buffer>[] = [];
    for (let i = 0; i < 20; i++) {
      const one = batch(1, 10_000);
      if (i < 10) sent.push(new WeakRef(one.message.value));
      queue.push(one);
    }
    queue.take(10, 1_000_000);
    queue.sent();
    // A weak reference holds its target until the turn in which it was made is over.
    await new Promise(setImmediate);
    collect();
    expect(sent.filter((reference) => reference.deref() !== undefined)).toEqual([]);
    expect(queue.length).toBe(10);
  });

  it("counts every row: pushed = sent + waiting + dropped", () => {
    const action = fc.oneof(
      fc.record({ do: fc.constant("push" as const), n: fc.integer({ min: 1, max: 500 }) }),
      fc.record({
        do: fc.constantFrom("take" as const, "sent" as const, "unsent" as const),
        n: fc.integer({ min: 1, max: 9 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const queue = new SendQueue(5_000);
        let pushed = 0;
        let sent = 0;
        for (const { do: what, n } of actions) {
          if (what === "push") {
            queue.push(batch(n));
            pushed += n;
          } else if (what === "take") queue.take(n, 1_000_000);
          else if (what === "sent") sent += queue.sent();
          else queue.unsent();
        }
        expect(sent + queue.rows + queue.droppedRows).toBe(pushed);
        expect(queue.bytes).toBeLessThanOrEqual(5_000 + 9 * 1_000);
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
