import { createLab, USUAL_WEIGHTS } from "@hangup/lab";
import { duration, option, runService, type CommandSpec } from "@hangup/service";
import { z } from "zod";
import { burstAt, type BurstPlan } from "./bursts.ts";
import { makeTraffic } from "./traffic.ts";

const options = {
  seed: option("--seed <number>", "makes the same connections again", z.coerce.number().int().nonnegative().optional()),
  rate: option("--rate <number>", "connections a second", z.coerce.number().positive().max(200).default(20)),
  servers: option("--servers <number>", "hosts that serve", z.coerce.number().int().min(1).max(20).default(3)),
  burstAfter: option(
    "--burst-after <duration>",
    "from the start to the first burst of aborts",
    duration.prefault("3m"),
  ),
  burstEvery: option("--burst-every <duration>", "from one burst to the next", duration.prefault("16m")),
  burstLength: option("--burst-length <duration>", "how long a burst lasts", duration.prefault("200s")),
};

const spec: CommandSpec<typeof options> = {
  name: "hangup demo",
  summary: "Makes TCP connections that end in every way, in network namespaces of its own, until it is stopped.",
  examples: ["hangup demo --seed 7", "hangup demo --rate 50 --burst-after 10s"],
  options,
};

/** Rare endings are so rare, and the others so many, that chance alone looks like no burst to an alert rule. */
const QUIET_WEIGHTS = { ...USUAL_WEIGHTS, turned_away: 0.3, data_after_close: 0.3, forgotten: 0.3, cancelled: 0.3 };

const PORTS = [443, 8080, 5432, 6379];

await runService(spec, async ({ config, log }) => {
  const seed = config.seed ?? Math.floor(Math.random() * 2 ** 31);
  const lab = await createLab({ name: "demo", servers: config.servers, ports: PORTS });
  const { netns, interface: device } = lab.middle;
  log.info({ seed, netns, interface: device }, `capture it with: hangup collect --netns ${netns} -i ${device}`);

  const stopping = new AbortController();
  const bursts: BurstPlan = {
    afterMs: config.burstAfter,
    everyMs: config.burstEvery,
    lengthMs: config.burstLength,
    share: 0.25,
    servers: config.servers,
    ports: PORTS,
  };
  const traffic = makeTraffic(
    {
      lab,
      seed,
      weights: QUIET_WEIGHTS,
      rateAt: () => config.rate,
      burstAt: (elapsedMs) => burstAt(elapsedMs, bursts),
      onFailure: (error) => log.warn({ error: String(error) }, "a connection did not go as planned"),
      onBurst: (burst) =>
        log.info({ burst }, burst === null ? "the burst is over" : `a burst of aborts on port ${burst.port}`),
    },
    stopping.signal,
  );
  // One line for whoever started this: where to capture.
  process.stdout.write(`${JSON.stringify({ netns, interface: device, seed })}\n`);
  return {
    done: traffic,
    stop: async () => {
      stopping.abort();
      await traffic;
      await lab.destroy();
    },
  };
});
