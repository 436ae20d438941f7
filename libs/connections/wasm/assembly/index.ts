/*
 * AssemblyScript: the tracker's WebAssembly part.
 */
export { due, left } from "./ends";
export { setIndex } from "./table";
export { walk } from "./walk";
