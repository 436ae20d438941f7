import { lookup } from "node:dns/promises";
import { formatAddress, type Teardown } from "@hangup/teardowns";

/** Server endpoints of Hangup itself: the connections to them are left out, else watching would make what it watches. */
export class OwnTraffic {
  /** Port → addresses; a first look at the port alone settles nearly every row. */
  readonly #endpoints = new Map<number, Set<string>>();
  readonly #local: readonly string[];

  /** @param local this host's addresses: an endpoint without a host, or with a wildcard or loopback one, means them all. */
  constructor(local: readonly string[]) {
    this.#local = local;
  }

  /** Adds `HOST:PORT`, `[V6]:PORT` or `:PORT`. A name that cannot be resolved adds nothing. */
  async add(endpoint: string): Promise<void> {
    const { host, port } = splitEndpoint(endpoint);
    const addresses = this.#endpoints.get(port) ?? new Set<string>();
    this.#endpoints.set(port, addresses);
    const found = isHere(host) ? [] : await addressesOf(host);
    // What is served on this host is reached by any of its addresses.
    const here = isHere(host) || found.some((address) => this.#local.includes(address));
    for (const address of here ? [...found, ...this.#local] : found) addresses.add(address);
  }

  /** True for a row whose server is one of these endpoints. */
  has(row: Teardown): boolean {
    const addresses = this.#endpoints.get(row.server_port);
    return addresses !== undefined && addresses.has(formatAddress(row.server_ip));
  }
}

export function splitEndpoint(endpoint: string): { host: string; port: number } {
  const colon = endpoint.lastIndexOf(":");
  return { host: endpoint.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(endpoint.slice(colon + 1)) };
}

function isHere(host: string): boolean {
  return host === "" || host === "0.0.0.0" || host === "::";
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}
