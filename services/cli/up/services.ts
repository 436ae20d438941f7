import { checkoutFile } from "@hangup/service/command";
import { startService, waitReady, type ServiceProcess } from "./process.ts";
import { splitWords, type Wiring } from "./wiring.ts";

/** `main.js` of a service's folder. */
export function serviceMain(folder: string): string {
  return checkoutFile(`services/${folder}/dist/main.js`);
}

/** The page and API have the port that the user chose; gRPC and the services' admin ports follow it. */
export function portAfter({ config }: Wiring, distance: number): string {
  const { host, port } = config.listen;
  return `${host.includes(":") ? `[${host}]` : host}:${port + distance}`;
}

export async function startIngest(wiring: Wiring): Promise<void> {
  // After a crash the group waits so long for the member that died: nobody else shares it here.
  const args = ["--admin-listen", portAfter(wiring, 3), "--session-timeout", "10s"];
  await startAndWait(wiring, "ingest", "ingest", args, portAfter(wiring, 3));
}

export async function startAlerter(wiring: Wiring): Promise<void> {
  const page = `http://${portAfter(wiring, 0)}/`;
  const args = [
    "--admin-listen",
    portAfter(wiring, 4),
    "--page-url",
    page,
    ...splitWords(wiring.config.alert, "--alert"),
  ];
  await startAndWait(wiring, "alerter", "alerter", args, portAfter(wiring, 4));
}

/** Returns the lines that tell the user where everything is. */
export async function startQuery(wiring: Wiring): Promise<string> {
  const [http, grpc] = [portAfter(wiring, 0), portAfter(wiring, 1)];
  await startAndWait(wiring, "query", "query", ["--listen", http, "--grpc-listen", grpc], http);
  return [
    `page      http://${http}/`,
    `API       http://${http}/api/v1/rst-rate   (described at http://${http}/docs)`,
    `gRPC      ${grpc}`,
    `look      ./hangup top${wiring.config.listen.port === 8480 ? "" : ` --api http://${http}`}`,
    "",
  ].join("\n");
}

export async function startAndWait(
  wiring: Wiring,
  name: string,
  folder: string,
  args: readonly string[],
  admin: string,
): Promise<ServiceProcess> {
  const { environment, logDirectory, parts, progress } = wiring;
  return progress.step(
    name,
    async () => {
      const service = parts.add(startService(name, serviceMain(folder), args, logDirectory, environment));
      await waitReady(service, `http://${admin}/readyz`);
      return service;
    },
    () => `http://${admin}`,
  );
}
