import { spawnSync } from "node:child_process";
import type { ConfigOf } from "@hangup/service";
import type { CollectorOptions } from "../options.ts";
import { tcpdumpCommand } from "./arguments.ts";
import { missingTool } from "./messages.ts";
import { captureSpan } from "./span.ts";
import { complaintOf, filterWords, tcpdumpOptions, wantedOf } from "./tcpdump-options.ts";

/**
 * Has tcpdump open each interface and compile its filter, without a capture; of a file the beginning is read.
 * @throws HangupError as the capture itself would.
 */
export async function checkCapture(config: ConfigOf<CollectorOptions>, operands: readonly string[]): Promise<void> {
  const words = filterWords(config, operands);
  if (config.read !== undefined) {
    if (config.read !== "-") await captureSpan(config.read, "beginning");
    return;
  }
  for (const name of config.interface) {
    const wanted = wantedOf(name, words, config);
    const { program, args } = tcpdumpCommand({ ...tcpdumpOptions(config, wanted), compileOnly: true });
    const { error, status, stderr } = spawnSync(program, args, {
      encoding: "utf8",
      stdio: ["ignore", "ignore", "pipe"],
    });
    if (error !== undefined) throw missingTool(program, error);
    if (status !== 0) throw complaintOf(config, wanted, stderr.split("\n"));
  }
}
