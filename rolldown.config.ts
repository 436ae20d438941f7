import { globSync } from "node:fs";
import { defineConfig } from "rolldown";

/**
 * The programs that run the engine, each with the project's packages in one scope: what one module imports from another V8 reads from memory
 * each time, behind a check, and it cannot take such a constant for one. In one scope the same work takes a sixth fewer instructions. What
 * reads the command line is in it too: of the hundred files of zod few are needed, and reading all takes longer than a small capture. All
 * other packages stay as they are.
 */
export default defineConfig({
  // The program, and those of its threads.
  input: ["main.ts", ...globSync("**/share-worker.ts", { exclude: ["node_modules", "dist"] })],
  platform: "node",
  external: /^(?!\.|\/|(@hangup\/.*|zod|commander)$)/,
  resolve: { conditionNames: ["source", "import"] },
  optimization: { inlineConst: { mode: "all", pass: 3 } },
  output: { dir: "dist", format: "esm", cleanDir: true, chunkFileNames: "[name].js" },
});
