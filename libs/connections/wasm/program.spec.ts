import { expect, it } from "vitest";
import { asc } from "./asc.ts";
import { PROGRAM } from "./program.wasm.ts";

it("the WebAssembly is compiled from what stands beside it", async () => {
  expect(await asc("index.ts")).toBe(PROGRAM);
});
