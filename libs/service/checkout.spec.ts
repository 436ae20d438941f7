import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkoutFile } from "./checkout.ts";

describe("checkoutFile", () => {
  it.each(["hangup", "infra/kafka/topics.yaml", "libs/service/checkout.spec.ts"])("finds %s", (path) => {
    expect(existsSync(checkoutFile(path))).toBe(true);
  });
});
