import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { asc } from "./asc.ts";

/** `npm run wasm`: writes what assembly/index.ts compiles to, so that nobody who only runs the programs needs the compiler. */
const text = `/** What assembly/index.ts compiles to: \`npm run wasm\`. */\nexport const PROGRAM =\n  "${await asc("index.ts")}";\n`;
writeFileSync(join(import.meta.dirname, "program.wasm.ts"), text);
