import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { asc } from "./asc.ts";

/** `npm run wasm`: writes what assembly/walk.ts compiles to, so that nobody who only runs the programs needs the compiler. */
const text = `/** What assembly/walk.ts compiles to: \`npm run wasm\`. */\nexport const WALK =\n  "${await asc("walk.ts")}";\n`;
writeFileSync(join(import.meta.dirname, "walk.wasm.ts"), text);
