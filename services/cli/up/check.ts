import { execFile } from "node:child_process";
import { claimPort, HangupError } from "@hangup/service";
import { collectWords, SERVICE_PORTS, splitWords, type UpConfig } from "./wiring.ts";
import { serviceMain } from "./services.ts";

const LAST_PORT = 65_535;
/** The exit code of a command that is wrong by itself. */
const USAGE = 2;

/** What can be known to be wrong before anything is started. @throws HangupError naming the option. */
export async function checkConfig(config: UpConfig): Promise<void> {
  checkPorts(config);
  if (config.seed !== undefined && !config.demo)
    throw new HangupError("HANGUP_USAGE", "--seed is of the demo's traffic: it goes with --demo");
  const words = collectWords(config);
  if (words) await checkService("--collect", "collector", ["--check-capture", ...words]);
  await checkService("--alert", "alerter", ["--check-config", ...splitWords(config.alert, "--alert")]);
}

/** Two parts of our own must not want the same port. */
function checkPorts({ listen, kafka, kafkaPort, clickhouse, clickhousePort }: UpConfig): void {
  const wanted: [port: number, whose: string][] = Array.from({ length: SERVICE_PORTS }, (_, index) => [
    listen.port + index,
    index === 0 ? "--listen" : `--listen (it takes the ${SERVICE_PORTS - 1} ports after it too)`,
  ]);
  if (!kafka) {
    wanted.push([kafkaPort, "--kafka-port"], [kafkaPort + 1, "--kafka-port (it takes the port after it too)"]);
  }
  if (!clickhouse) wanted.push([clickhousePort, "--clickhouse-port"]);
  const owners = new Map<number, string>();
  for (const [port, whose] of wanted) {
    if (port > LAST_PORT) throw new HangupError("HANGUP_USAGE", `${whose} wants port ${port}, beyond ${LAST_PORT}`);
    const other = owners.get(port);
    if (other !== undefined) throw new HangupError("HANGUP_USAGE", `${other} and ${whose} both want port ${port}`);
    owners.set(port, whose);
  }
}

/** Whoever listens there already would pass for a service of ours. @throws HangupError HANGUP_PORT_TAKEN. */
export async function claimServicePorts({ listen: { host, port } }: UpConfig): Promise<void> {
  for (let distance = 0; distance < SERVICE_PORTS; distance++) await claimPort(port + distance, "--listen", host);
}

/** Asks the service itself whether it understands its options, and whether they can be met. */
function checkService(flag: string, folder: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [serviceMain(folder), ...args], (error, _stdout, stderr) => {
      if (!error) return resolve();
      const code = error.code === USAGE ? "HANGUP_USAGE" : "HANGUP_CHILD_DIED";
      reject(new HangupError(code, `${flag}: ${stderr.trim()}`));
    });
  });
}
