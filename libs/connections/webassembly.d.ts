/** What of WebAssembly is used here: with the DOM's types, which hold all of it, too much would pass for known. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  interface Module {
    readonly [Symbol.toStringTag]: "WebAssembly.Module";
  }
  interface Instance {
    readonly exports: object;
  }
  const Memory: new (descriptor: { readonly initial: number; readonly maximum: number }) => Memory;
  const Module: new (bytes: Uint8Array) => Module;
  const Instance: new (module: Module, imports: { readonly env: { readonly memory: Memory } }) => Instance;
}
