import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLab } from "@hangup/lab";
import { startUp } from "../e2e/hangup-up.ts";
import { median } from "./median.ts";

export const name = "up: ./hangup up to ready, and ctrl-C to gone";

const RUNS = 5;

/** The first run starts on an empty data directory, the others on what it left. */
export async function run(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "hangup-bench-"));
  const lab = await createLab({ name: "bench", servers: 1 });
  const [ready, stopped]: [number[], number[]] = [[], []];
  try {
    for (let count = 0; count < RUNS; count++) {
      const started = performance.now();
      const collect = `--netns ${lab.middle.netns} -i ${lab.middle.interface}`;
      const up = await startUp(["--collect", collect], { dataDirectory: directory });
      const up1 = performance.now();
      await up.stop();
      const gone = performance.now();
      ready.push((up1 - started) / 1000);
      stopped.push((gone - up1) / 1000);
    }
  } finally {
    await lab.destroy();
    rmSync(directory, { recursive: true, force: true });
  }
  console.log(`  first start, empty data directory  ${ready[0].toFixed(1)} s`);
  console.log(`  warm start, median of ${RUNS - 1}           ${median(ready.slice(1)).toFixed(1)} s   (limit 15 s)`);
  console.log(`  stop, median of ${RUNS}                 ${median(stopped).toFixed(1)} s   (limit 10 s)`);
}
