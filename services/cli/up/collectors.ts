import { checkoutFile, HangupError } from "@hangup/service/command";
import { lastLine, startService, type ServiceProcess } from "./process.ts";
import { portAfter, serviceMain, startAndWait } from "./services.ts";
import { collectWords, SERVICE_PORTS, type Wiring } from "./wiring.ts";

/** The capture that the demo recorded, for where namespaces may not be made. */
const RECORDED = "services/demo/capture/demo.pcap";

/** Starts what makes traffic and what watches it. Returns what is being watched, for the user. */
export async function startCollectors(wiring: Wiring): Promise<string> {
  const { config } = wiring;
  const watching: string[] = [];
  if (config.demo) watching.push(await startDemo(wiring));
  const words = collectWords(config);
  if (words) {
    await startCollector(wiring, "collector", portAfter(wiring, 2), words);
    watching.push(`capturing with '${words.join(" ")}'`);
  }
  return watching.join(" and ");
}

async function startDemo(wiring: Wiring): Promise<string> {
  const { config, progress } = wiring;
  const name = config.collect === undefined ? "collector" : "demo collector";
  const admin = portAfter(wiring, config.collect === undefined ? 2 : 5);
  const place = await progress.step(
    "demo",
    async () => demoTraffic(wiring),
    (found) =>
      "replay" in found
        ? `replaying ${RECORDED}: ${found.replay}`
        : `traffic in namespace ${found.netns}, seed ${found.seed}`,
  );
  if ("replay" in place) {
    await startCollector(wiring, name, admin, [
      "--collector",
      "demo",
      "-r",
      checkoutFile(RECORDED),
      "--shift-to-now",
      "--pace",
      "--loop",
    ]);
    return "replaying the recorded demo at live pace";
  }
  await startCollector(wiring, name, admin, ["--collector", "demo", "--netns", place.netns, "-i", place.interface]);
  return "capturing the demo's live traffic";
}

type DemoPlace = { netns: string; interface: string; seed: string } | { replay: string };

/** Live traffic where this user may make it; else the reason why not. */
async function demoTraffic({ config, environment, logDirectory, parts }: Wiring): Promise<DemoPlace> {
  const args = config.seed === undefined ? [] : ["--seed", String(config.seed)];
  const demo: ServiceProcess = startService("demo", serviceMain("demo"), args, logDirectory, environment);
  parts.hold(demo);
  const place = await demo.announcement;
  if (place === null) return { replay: lastLine(demo) };
  parts.watch(demo);
  const { netns, interface: device, seed } = place;
  if (typeof netns !== "string" || typeof device !== "string") {
    throw new HangupError("HANGUP_INTERNAL", `the demo announced ${JSON.stringify(place)}`);
  }
  return { netns, interface: device, seed: String(seed) };
}

async function startCollector(wiring: Wiring, name: string, admin: string, words: readonly string[]): Promise<void> {
  const own = [
    ...Array.from({ length: SERVICE_PORTS }, (_, distance) => portAfter(wiring, distance)),
    new URL(wiring.environment["HANGUP_CLICKHOUSE"] as string).host,
  ];
  const args = ["--admin-listen", admin, ...own.flatMap((address) => ["--own", address]), ...words];
  await startAndWait(wiring, name, "collector", args, admin);
}
