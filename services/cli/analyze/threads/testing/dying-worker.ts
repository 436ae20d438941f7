import { workerData } from "node:worker_threads";

/* A thread of which the second share fails, and the first waits for it for ever. */
const { index, rounds } = workerData as { index: number; rounds: SharedArrayBuffer };
if (index === 1) throw new Error("out of luck");
Atomics.wait(new Int32Array(rounds), 1, 0);
