import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertEnds, writeAlert } from "./rows.ts";
import { ROOT, ServedPage } from "./served-page.ts";

const CHROMIUM = process.env["HANGUP_CHROMIUM"] ?? "/usr/bin/chromium";
const OUTPUT = join(ROOT, "test/browser/output");
const mustRun = process.env["CI"] !== undefined || process.env["HANGUP_REQUIRE_BACKENDS"] === "1";
const missing = existsSync(CHROMIUM) ? "" : `: skipped, there is no ${CHROMIUM} (HANGUP_CHROMIUM names another)`;

const SUMMARY =
  "app_abort on port 443: 12.3 % of 310 connections were reset in the minute to 09:31 UTC, 0.8 % of 18,204 in the hour before; all on 10.0.0.5 (38)";
const minute = 60_000;

/** A connection that a server aborted half a minute into its answer. */
const ABORTED = {
  client_ip: "::ffff:192.0.2.10",
  client_port: 40_000,
  direction_confidence: 100,
  start_time: "1795379637.439237",
  duration_us: 30_100_000,
  confidence: 90,
  evidence: ["data_missing", "both_spoke"],
  sender: "server",
  rst_form: "abort",
  rst_count: 1,
  client_packets: 4,
  server_packets: 6,
  client_bytes: 200,
  server_bytes: 9_000,
  idle_us: 30_000_000,
  ttl_client: 64,
  ttl_server: 57,
  ttl_rst: 57,
  capture_mode: "all",
};

describe.skipIf(missing !== "" && !mustRun)(`the page in a real browser${missing}`, () => {
  let served: ServedPage;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const requested = new Set<string>();

  beforeAll(async () => {
    mkdirSync(OUTPUT, { recursive: true });
    served = await ServedPage.start();
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });
    page.setDefaultTimeout(30_000);
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("request", (request) => requested.add(new URL(request.url()).origin));
    await page.goto(served.url);
  });

  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  });

  /** What a part of the page says, its narrow spaces as plain ones. */
  async function text(selector: string): Promise<string> {
    const said = await page.locator(selector).innerText();
    return said.replaceAll(/\s+/gu, " ").trim();
  }

  async function says(selector: string, expected: string | RegExp): Promise<void> {
    await expect.poll(() => text(selector), { timeout: 30_000, interval: 200 }).toMatch(expected);
  }

  /** The table's rows, each as the texts of its cells. */
  async function tableRows(): Promise<string[][]> {
    const rows = await page
      .locator("tbody tr")
      .evaluateAll((found) =>
        found.map((row) =>
          [...row.querySelectorAll("th, td")].map(
            (cell) => cell.querySelector(".value")?.textContent ?? cell.textContent ?? "",
          ),
        ),
      );
    return rows.map((cells) => cells.map((cell) => cell.replaceAll(/\s+/gu, " ").trim()));
  }

  it("says what to do while nothing has ended", async () => {
    await says("main", /No connection has ended in the last hour/);
    await says("main", /\.\/hangup collect -i eth0.*\.\/hangup up --demo/);
    expect(await page.locator(".totals, .panel, .banner").count()).toBe(0);
    await page.screenshot({ path: join(OUTPUT, "empty.png"), fullPage: true });
  });

  it("shows new figures by itself, each rate with what it is a share of", async () => {
    await page.evaluate(() => Object.assign(globalThis, { sameVisit: true }));
    const now = Date.now();
    await insertEnds(served.client, now - 55 * minute, now - minute, [
      { count: 1_400, host: "10.0.0.5", port: 443, kind: "fin", cause: "fin_client_first" },
      { count: 60, host: "10.0.0.5", port: 443, kind: "reset", cause: "app_abort" },
      { count: 90, host: "10.0.0.5", port: 443, kind: "reset", cause: "rst_instead_of_fin", benign: true },
      { count: 400, host: "10.0.0.6", port: 8080, kind: "fin", cause: "fin_server_first" },
      { count: 50, host: "2001:db8::7", port: 5432, kind: "reset", cause: "no_connection" },
      { count: 25, host: "10.0.0.6", port: 25, kind: "refused", cause: "port_closed", stage: "syn" },
      { count: 3, host: "10.0.0.7", port: 25, kind: "timeout", cause: "syn_unanswered", stage: "syn" },
    ]);
    await says(
      ".totals",
      /^Connections ended 2,000 1,800 by FIN, 200 by RST, 0 by silence RST rate 10\.0 % 200 of 2,000 ended Abnormal RST rate 5\.5 % 110 of 2,000 ended Refused 1\.2 % 25 of 2,028 attempts, 28 failed in all$/,
    );
    expect(await tableRows()).toEqual([
      ["10.0.0.5", "443", "rst_instead_of_fin", "90", "1,550", "5.8 %", "0.0 %", "0", "0", "0.0 %", "0"],
      ["10.0.0.5", "443", "app_abort", "60", "1,550", "3.9 %", "3.9 %", "0", "0", "0.0 %", "0"],
      ["2001:db8::7", "5432", "no_connection", "50", "50", "100.0 %", "100.0 %", "0", "0", "0.0 %", "0"],
      ["10.0.0.6", "25", "port_closed", "0", "0", "–", "–", "25", "25", "100.0 %", "0"],
      ["10.0.0.7", "25", "syn_unanswered", "0", "0", "–", "–", "3", "0", "0.0 %", "0"],
    ]);
    expect(await page.locator(".legend li").allInnerTexts()).toHaveLength(3);
    expect(await page.evaluate(() => "sameVisit" in globalThis)).toBe(true);
  });

  it("counts what arrives later, without a reload", async () => {
    const now = Date.now();
    await insertEnds(served.client, now - 2_000, now, [
      { count: 100, host: "10.0.0.5", port: 443, kind: "reset", cause: "app_abort", fields: ABORTED },
    ]);
    await says(".totals", /2,100 1,800 by FIN, 300 by RST.*14\.3 % 300 of 2,100/);
    await says(".freshness", /^updated (just now|\d s ago)$/);
    expect(await page.evaluate(() => "sameVisit" in globalThis)).toBe(true);
  });

  it("tells the latest ends behind a row in words, when the row is pressed", async () => {
    await page.locator("tbody tr", { hasText: "app_abort" }).locator("td").last().click();
    await says(".ends-note", /^The latest 5, newest first · what app_abort means and what to do$/);
    await says(
      ".end[open] summary",
      /^\d\d:\d\d:\d\d 192\.0\.2\.10:40000 → 10\.0\.0\.5:443 reset by the server: app_abort \(90% sure\)$/,
    );
    const words = await text(".end[open] .words");
    expect(words).toContain("The client sent 200 bytes in 4 packets, the server 9,000 bytes in 6 packets.");
    expect(words).toContain("What follows The owner of the connection at 10.0.0.5:443 cut it");
    expect(words).toContain("Could also be process_crash The process died");
    expect(words).toContain("What would settle it The reason that the kernel at 10.0.0.5:443 gives");
    expect(await text(".end[open] .filter")).toBe(
      "ip.addr == 192.0.2.10 && ip.addr == 10.0.0.5 && tcp.port == 40000 && tcp.port == 443",
    );
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [1280, 390]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await expect.poll(() => page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        await page.screenshot({ path: join(OUTPUT, `ends-${colorScheme}-${width}.png`), fullPage: true });
      }
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    // By keyboard: the same button closes it.
    const opener = page.getByRole("button", { name: "The latest of 10.0.0.5, 443, app_abort" });
    expect(await opener.getAttribute("aria-expanded")).toBe("true");
    await opener.focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(".told").count()).toBe(0);
  });

  it("leads to the guide's page of the cause, and back", async () => {
    await page.locator("tbody tr", { hasText: "app_abort" }).locator("td").last().click();
    await page.getByRole("link", { name: "what app_abort means and what to do" }).click();
    await says("h1", "app_abort");
    expect(page.url()).toBe(`${served.url}guide/causes/app_abort.md`);
    for (const [colorScheme, width] of [
      ["light", 1280],
      ["dark", 390],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await expect.poll(() => page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      await page.screenshot({ path: join(OUTPUT, `guide-${colorScheme}-${width}.png`), fullPage: true });
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole("link", { name: "process_crash" }).first().click();
    await says("h1", "process_crash");
    await page.getByRole("link", { name: "Hangup", exact: true }).click();
    await says(".totals", /2,100/);
  });

  it("shows a firing alert with its summary, and no longer when it is resolved", async () => {
    const started = Date.now() - 5 * minute;
    await writeAlert(served.client, started, SUMMARY, null);
    await says(".alerts", SUMMARY);
    await says(".alerts", /firing for 5 min/);
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [1280, 390]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await expect.poll(() => page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        await page.screenshot({ path: join(OUTPUT, `${colorScheme}-${width}.png`), fullPage: true });
      }
    }
    // Narrow, a row of refusals alone shows them where others show resets.
    expect(await text("tbody .refusals")).toBe("10.0.0.6 25 port_closed 25 100.0 %");
    await page.setViewportSize({ width: 1280, height: 900 });
    await writeAlert(served.client, started, SUMMARY, Date.now());
    await expect.poll(() => page.locator(".alert").count(), { timeout: 30_000 }).toBe(0);
  });

  it("is used with the keyboard alone: range, order, groups; the address keeps the choice", async () => {
    await page.getByRole("radio", { name: "1 hour" }).focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => new URL(page.url()).search).toBe("?range=6h");
    await page.getByRole("button", { name: "RST rate" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await tableRows())[0][0]).toBe("2001:db8::7");
    expect(await page.getByRole("columnheader", { name: "RST rate" }).getAttribute("aria-sort")).toBe("descending");
    await page.getByRole("checkbox", { name: "Cause" }).focus();
    await page.keyboard.press("Space");
    await expect.poll(async () => (await tableRows())[1].slice(0, 3)).toEqual(["10.0.0.5", "443", "250"]);
    await page.reload();
    await expect.poll(async () => (await tableRows())[1]?.slice(0, 3)).toEqual(["10.0.0.5", "443", "250"]);
    await page.goBack();
    await expect.poll(async () => (await tableRows())[0].length).toBe(11);
  });

  it("narrows to what is pressed, and widens again", async () => {
    await page.goto(served.url);
    await page.getByRole("button", { name: "no_connection", exact: true }).click();
    await expect.poll(async () => (await tableRows()).map(([host]) => host)).toEqual(["2001:db8::7"]);
    await page.getByRole("button", { name: "Show every cause again" }).click();
    await expect.poll(async () => (await tableRows()).length).toBe(5);
  });

  it("says so when the API does not answer, and goes on when it does", async () => {
    expect(complaints).toEqual([]);
    await served.stopService();
    await says(
      ".banner",
      /^The API does not answer nothing answers at this address\. The figures below are of \d\d:\d\d:\d\d\./,
    );
    await page.screenshot({ path: join(OUTPUT, "away.png"), fullPage: true });
    await served.startService();
    await expect.poll(() => page.locator(".banner").count(), { timeout: 30_000 }).toBe(0);
  });

  it("loads nothing from elsewhere, and little in all", () => {
    expect([...requested]).toEqual([new URL(served.url).origin]);
    const assets = join(ROOT, "services/dashboard/dist/assets");
    const bytes = readdirSync(assets).map((name) => gzipSync(readFileSync(join(assets, name))).length);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000);
  });
});
