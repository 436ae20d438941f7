import { createRegistry, runService, startAdminServer, type RunningService } from "@hangup/service";
import { Observer, parseAddress } from "@hangup/teardowns";
import { lostOnTheWay, TeardownCounts, unaccounted } from "./accounting.ts";
import { checkCapture } from "./capture/check-capture.ts";
import { CaptureCopy } from "./capture/copy.ts";
import { DropReport } from "./capture/drop-report.ts";
import { interfaceList } from "./capture/interfaces.ts";
import { describeCapture } from "./capture/messages.ts";
import { faultsAtEnd } from "./capture/faults-at-end.ts";
import { openSource } from "./capture/open-source.ts";
import { describeFindings, isWrong, reportFilters, testInterface } from "./capture/self-test.ts";
import { onHangup } from "./hangup-signal.ts";
import { localAddresses } from "./local-addresses.ts";
import { publishMetrics } from "./metrics.ts";
import { spec } from "./options.ts";
import { kafkaOutput, standardOutput } from "./output.ts";
import { OwnTraffic } from "./own-traffic.ts";
import { planFile, type Emit } from "./playback.ts";

/** libpcap hands packets over at the latest 1 s after they came, in immediate mode at once; and a little for the way here, pipe included. */
const PACKET_DELAY_US = { usual: 1_120_000, lowLatency: 60_000 };
const ADVANCE_EVERY_MS = 100;
/** Twice while a row waits to be judged: so it is known by then whether packets of it were lost. */
const COUNTERS_EVERY_MS = 500;
const REPORT_EVERY_MS = 5_000;
/** Names of brokers may come to mean other addresses. */
const LOOK_UP_EVERY_MS = 60_000;
/** Whoever stops us waits for seconds only. */
const DELIVER_LIMIT_MS = 3_000;

/** Of a start that only tells something. */
const over: RunningService = { done: Promise.resolve(), stop: async () => undefined };

await runService(spec, async ({ config, operands, log, fail }) => {
  if (config.listInterfaces) {
    process.stdout.write(interfaceList(config.netns));
    return over;
  }
  if (config.selfTest) {
    const findings = config.interface.map((name) => testInterface(name, config.netns, config.captureMode));
    for (const each of findings) process.stdout.write(describeFindings(each));
    return { ...over, partial: () => findings.flat().some(isWrong) };
  }
  if (config.checkCapture) {
    await checkCapture(config, operands);
    return over;
  }
  const live = config.read === undefined;
  const playback = await planFile(config, log);
  const copy = config.write === undefined ? undefined : new CaptureCopy(config.write, log);
  const local = live ? localAddresses(config.netns) : [];
  const own = new OwnTraffic(local);
  const kafka = config.dryRun ? undefined : await kafkaOutput(config, log, () => void findOwn());
  const output = kafka?.delivery ?? standardOutput();
  const findOwn = async (): Promise<void> => {
    const brokers = live ? ((await kafka?.brokers()) ?? []) : [];
    if (!config.includeOwn) for (const endpoint of [...config.own, ...brokers]) await own.add(endpoint);
  };
  await findOwn();

  const counts = new TeardownCounts();
  const emit: Emit = (row) => {
    counts.add(row);
    output.append(row);
  };
  const observer = new Observer(
    {
      collector: config.collector,
      epoch: Date.now(),
      settleUs: config.settle * 1_000,
      silenceUs: config.silence * 1_000,
      live,
      all: false,
      captureMode: live ? config.captureMode : undefined,
      maxMemoryBytes: config.maxMemory,
      ignoreContext: config.ignoreVlans,
      verifyChecksums: config.verifyChecksums,
      localAddresses: live ? local.flatMap((address) => parseAddress(address) ?? []) : undefined,
      exclude: (row) => own.has(row),
      captureDrops: () => {
        const { droppedByKernel, droppedByInterface } = source.counters();
        return droppedByKernel + droppedByInterface;
      },
      captureGaps: () => source.restarts,
      clock: live ? () => Date.now() * 1_000 : undefined,
    },
    playback.sink(emit),
  );
  const source = openSource(config, operands, log, {
    take: (bytes) => {
      copy?.write(bytes);
      observer.push(bytes);
    },
    room: () => copy?.room() ?? output.room(),
  });

  const registry = createRegistry();
  const stations = { observer, counts, delivery: kafka?.delivery };
  publishMetrics(registry, { ...stations, source });
  // A dry run or a single pass over a file may stand beside a collector that runs for good.
  const serves = !config.dryRun && (live || config.pace);
  const admin = serves ? await startAdminServer(config.adminListen, registry, () => source.trouble) : undefined;
  await source.start();
  if (live) reportFilters(config.interface, config.netns, config.captureMode, log);
  log.info({ interface: config.interface, netns: config.netns, read: config.read }, live ? "capturing" : "reading");

  const delayUs = config.lowLatency ? PACKET_DELAY_US.lowLatency : PACKET_DELAY_US.usual;
  const clock = setInterval(() => {
    const nowUs = Date.now() * 1_000 - delayUs;
    // After what waits in the pipe has been read: when this process was held up, packets must not come too late.
    if (live)
      setImmediate(() => {
        if (source.isBehind) return;
        source.passTime(nowUs);
        observer.advance(nowUs);
      });
  }, ADVANCE_EVERY_MS);
  const drops = new DropReport(log);
  const asking = setInterval(() => source.requestCounters(), COUNTERS_EVERY_MS);
  const reporting = setInterval(() => drops.look(source.counters()), REPORT_EVERY_MS);
  const lookingUp = setInterval(() => void findOwn(), LOOK_UP_EVERY_MS);
  const told = (): string => describeCapture(source.interfaces(), kafka?.delivery.queue.droppedRows ?? 0);
  process.on("SIGUSR1", () => {
    source.requestCounters();
    setTimeout(() => process.stderr.write(told()), 100);
  });
  onHangup(() => {
    source.retry();
    const head = source.head();
    try {
      if (head !== undefined) copy?.reopen(head);
    } catch (error) {
      log.error((error as Error).message);
    }
    void findOwn();
  });

  let hasEnded = false;
  const endCapture = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    observer.finish();
  };
  let partial = false;
  const toTheEnd = async (): Promise<void> => {
    const faults = await faultsAtEnd({
      source,
      observer,
      live,
      name: config.read === "-" ? "stdin" : (config.read ?? "the capture"),
      endCapture,
    });
    for (const fault of faults) log.error(fault);
    if (faults.length > 0) partial = true;
    await playback.play();
    await output.drained();
  };
  const done = toTheEnd();
  done.catch(fail);

  return {
    done,
    partial: () => partial,
    stop: async () => {
      clearInterval(clock);
      clearInterval(asking);
      clearInterval(reporting);
      clearInterval(lookingUp);
      await source.stop();
      playback.stop();
      if (live) endCapture();
      const undelivered = await output.stop(DELIVER_LIMIT_MS);
      const dropped = kafka?.delivery.queue.droppedRows ?? 0;
      if (undelivered > 0) log.error({ events: undelivered }, "Kafka did not take these events in time; they are lost");
      if (dropped > 0) log.error({ events: dropped }, "these events were lost while the queue was full");
      if (undelivered + dropped > 0) partial = true;
      if (live) process.stderr.write(told());
      const lost = { capture: live ? lostOnTheWay(source, observer) : 0, ...unaccounted(stations) };
      const missing = Object.entries(lost).filter(([, number]) => number !== 0);
      if (missing.length > 0)
        log.error(Object.fromEntries(missing), "the account does not add up: a mistake in the collector");
      log.info({ events: counts.total, undelivered, filtered: observer.counters.filtered }, "stopped");
      await Promise.all([copy?.close(), admin?.close()]);
    },
  };
});
