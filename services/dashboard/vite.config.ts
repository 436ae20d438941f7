import { preact } from "@preact/preset-vite";
import { defineConfig } from "vite";

export default defineConfig({
  // Relative, so that the page also works behind a reverse proxy that adds a path.
  base: "./",
  plugins: [preact()],
  build: { target: "es2022", modulePreload: { polyfill: false }, sourcemap: false, reportCompressedSize: true },
  // For `vite` while working on the page: the query service of a running hangup.
  server: { proxy: { "/api": "http://127.0.0.1:8480" } },
});
