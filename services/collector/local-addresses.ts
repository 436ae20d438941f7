import { execFileSync } from "node:child_process";
import { networkInterfaces } from "node:os";
import { z } from "zod";

/** The addresses of this host, or of a network namespace, as text without scope. */
export function localAddresses(netns: string | undefined): readonly string[] {
  return netns === undefined
    ? Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address))
    : namespaceAddresses(netns);
}

/** What `ip -json addr` prints, as far as it is needed. */
const ipAddr = z.array(z.object({ addr_info: z.array(z.object({ local: z.string().optional() })).default([]) }));

function namespaceAddresses(netns: string): readonly string[] {
  try {
    const text = execFileSync("ip", ["-json", "-netns", netns, "addr", "show"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return ipAddr.parse(JSON.parse(text)).flatMap(({ addr_info }) => addr_info.flatMap(({ local }) => local ?? []));
  } catch {
    // A namespace that is not there is tcpdump's to report.
    return [];
  }
}
