import { setFlagsFromString } from "node:v8";

/**
 * A segment passes decoder, table, tracker and accounting, over and over: V8's usual budget for inlining cuts that path into calls of some
 * fifty instructions each. With more it is one function, and what one part has stored the next need not load again.
 */
setFlagsFromString("--max-inlined-bytecode-size=1000");
setFlagsFromString("--max-inlined-bytecode-size-cumulative=4000");

/** At the end of a process V8's compiler of this kind may wait for a thread to collect garbage that waits for the compiler: for ever. */
setFlagsFromString("--no-concurrent-sparkplug");
