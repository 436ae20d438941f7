import { describe, expect, it } from "vitest";
import { clusterIdOf } from "./cluster-id.ts";

describe("clusterIdOf", () => {
  it("is no option of a command, whatever the bytes", () => {
    for (let first = 0; first < 256; first++)
      expect(clusterIdOf(Uint8Array.of(first, ...new Uint8Array(15).fill(0xfb)))).toMatch(/^[A-Za-f][\w-]{21}$/);
  });
});
