import { readdir } from "node:fs/promises";

/** What a `*.bench.ts` file in this folder exports. */
export interface Benchmark {
  readonly name: string;
  /** Prints its figures to stdout. */
  run(): Promise<void> | void;
}

const isBenchmark = (module: Partial<Benchmark>): module is Benchmark => typeof module.run === "function";

/** `npm run bench -- [part of a name …]`: runs the benchmarks so named, or all. */
const wanted = process.argv.slice(2);
const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith(".bench.ts")).toSorted();
for (const file of files) {
  const module = (await import(new URL(file, import.meta.url).href)) as Partial<Benchmark>;
  if (!isBenchmark(module) || (wanted.length > 0 && !wanted.some((part) => module.name.includes(part)))) continue;
  console.log(`\n${module.name}`);
  await module.run();
}
