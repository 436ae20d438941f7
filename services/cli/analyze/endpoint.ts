import { formatAddress, parseAddress } from "@hangup/teardowns";
import { HangupError } from "@hangup/service/command";

/** One end of a connection: 16 bytes of address, IPv4 as ::ffff:a.b.c.d, and a port. */
export interface Endpoint {
  readonly address: Uint8Array;
  readonly port: number;
}

const LARGEST_PORT = 65_535;

/**
 * Reads an end as logs and tools write it: `10.0.0.1:443`, `[2001:db8::1]:443`, and tcpdump's `10.0.0.1.443`.
 * @throws HangupError HANGUP_USAGE when it is none.
 */
export function parseEndpoint(text: string): Endpoint {
  const parts = /^\[([^\]]*)\]:(\d{1,5})$/.exec(text) ?? /^([\d.]+)[:.](\d{1,5})$/.exec(text);
  const address = parts === null ? null : parseAddress(parts[1]);
  const port = Number(parts?.[2]);
  if (address !== null && port <= LARGEST_PORT) return { address, port };
  throw new HangupError("HANGUP_USAGE", `'${text}' is no address with a port`, {
    remedy: "Write 10.0.0.1:443 or [2001:db8::1]:443",
  });
}

/** `10.0.0.1:443`, `[2001:db8::1]:443` */
export function endpointText(address: Uint8Array, port: number): string {
  const text = formatAddress(address);
  return text.includes(":") ? `[${text}]:${port}` : `${text}:${port}`;
}

export function sameAddress(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < 16; i++) if (a[i] !== b[i]) return false;
  return true;
}
