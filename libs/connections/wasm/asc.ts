import { readFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "assemblyscript/asc";

const OPTIONS = [
  "--enable",
  "simd",
  "--runtime",
  "stub",
  "--importMemory",
  "--noExportMemory",
  "--noAssert",
  "-O3",
  "--converge",
];

/**
 * Compiles a file of assembly/.
 * @returns WebAssembly in base64.
 * @throws Error with what the compiler says of the file.
 */
export async function asc(file: string): Promise<string> {
  let code = new Uint8Array(0);
  let said = "";
  const { error } = await main([file, ...OPTIONS, "--outFile", "out.wasm"], {
    stderr: { write: (text: string | Uint8Array) => ((said += String(text)), true) },
    readFile: (name: string) => readText(join(import.meta.dirname, "assembly", name)),
    writeFile: (_name: string, contents: string | Uint8Array) => {
      code = Uint8Array.from(contents as Uint8Array);
    },
    listFiles: () => [],
  });
  if (error !== null) throw new Error(said === "" ? error.message : said);
  return Buffer.from(code).toString("base64");
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
