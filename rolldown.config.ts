import { globSync } from "node:fs";
import { defineConfig, type Plugin } from "rolldown";

/**
 * Modules of Node that commander imports, and that take longer to load than a small capture to read: one only names what is global, the
 * other is for subcommands that are programs, of which there are none.
 */
const MODULES_ON_DEMAND: ReadonlyMap<string, string> = new Map([
  ["node:process", "export default globalThis.process;"],
  [
    "node:child_process",
    'export default { get spawn() { return process.getBuiltinModule("node:child_process").spawn; } };',
  ],
]);

function isOnDemand(id: string, importer?: string): boolean {
  return MODULES_ON_DEMAND.has(id) && importer?.includes("/node_modules/commander/") === true;
}

/** All but Node's own modules and packages of others; `\0` begins the names of plugins' modules. */
const BUNDLED = /^(\0|\.|\/|(@hangup\/.*|zod|commander)$)/;

const onDemand: Plugin = {
  name: "on-demand",
  resolveId: (id, importer) => (isOnDemand(id, importer) ? `\0${id}` : null),
  load: (id) => MODULES_ON_DEMAND.get(id.slice(1)) ?? null,
};

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
  plugins: [onDemand],
  external: (id, importer) => !BUNDLED.test(id) && !isOnDemand(id, importer),
  resolve: { conditionNames: ["source", "import"] },
  optimization: { inlineConst: { mode: "all", pass: 3 } },
  output: { dir: "dist", format: "esm", cleanDir: true, chunkFileNames: "[name].js" },
});
