import { defineConfig } from "vitest/config";

/** Workspace packages resolve to their TypeScript sources, so tests never see a stale build. */
const source = { resolve: { conditions: ["source"] }, ssr: { resolve: { conditions: ["source"] } } };

export default defineConfig({
  test: {
    projects: [
      {
        ...source,
        test: {
          name: "unit",
          include: ["{libs,services,test}/**/*.spec.ts"],
          exclude: ["**/*.int.spec.ts", "**/node_modules/**", "**/dist/**", "test/{e2e,browser}/**"],
          // for a test that hangs, not for a machine that is busy
          testTimeout: 60_000,
        },
      },
      {
        ...source,
        test: {
          name: "integration",
          include: ["{libs,services,test}/**/*.int.spec.ts", "test/{e2e,browser}/**/*.spec.ts"],
          exclude: ["**/node_modules/**", "**/dist/**"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
