import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { asc } from "./asc.ts";

/** `npm run wasm`: writes what walk.ts compiles to beside it, so that nobody who only runs the programs needs the compiler. */
const text = `/** What walk.ts compiles to: \`npm run wasm\`. */\nexport const WALK =\n  "${await asc("walk.ts")}";\n`;
writeFileSync(join(import.meta.dirname, "walk.wasm.ts"), text);
