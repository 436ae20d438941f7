import { lookup } from "node:dns/promises";
import { formatAddress, type Teardown } from "@hangup/teardowns";

/** Name → its addresses now; empty when it cannot be resolved. */
export type Resolve = (host: string) => Promise<readonly string[]>;

interface Addresses {
  /** Where the port is served, the resolution before the last included: rows of connections to the old address still come. */
  all: ReadonlySet<string>;
  latest: readonly string[];
}

/** Server endpoints of Hangup itself: the connections to them are left out, else watching would make what it watches. */
export class OwnTraffic {
  /** Port → host → addresses; a first look at the port alone settles nearly every row. */
  readonly #endpoints = new Map<number, Map<string, Addresses>>();
  readonly #local: readonly string[];
  readonly #resolve: Resolve;

  /** @param local this host's addresses: an endpoint without a host, or with a wildcard or loopback one, means them all. */
  constructor(local: readonly string[], resolve: Resolve = addressesOf) {
    this.#local = local;
    this.#resolve = resolve;
  }

  /** Adds `HOST:PORT`, `[V6]:PORT` or `:PORT`, or looks its name up again. A name that cannot be resolved changes nothing. */
  async add(endpoint: string): Promise<void> {
    const { host, port } = splitEndpoint(endpoint);
    const found = isHere(host) ? [] : await this.#resolve(host);
    // What is served on this host is reached by any of its addresses.
    const here = isHere(host) || found.some((address) => this.#local.includes(address));
    const latest = here ? [...found, ...this.#local] : found;
    if (latest.length === 0) return;
    const hosts = this.#endpoints.get(port) ?? new Map<string, Addresses>();
    this.#endpoints.set(port, hosts);
    hosts.set(host, { latest, all: new Set([...(hosts.get(host)?.latest ?? []), ...latest]) });
  }

  /** True for a row whose server is one of these endpoints. */
  has(row: Teardown): boolean {
    const hosts = this.#endpoints.get(row.server_port);
    if (hosts === undefined) return false;
    const server = formatAddress(row.server_ip);
    for (const { all } of hosts.values()) if (all.has(server)) return true;
    return false;
  }
}

/** `HOST:PORT`, `[V6]:PORT` or `:PORT`, with a port that exists. */
export function isEndpoint(text: string): boolean {
  const { port } = splitEndpoint(text);
  return /^(\[[0-9a-fA-F:.]+\]|[^:\s]*):\d{1,5}$/.test(text) && port >= 1 && port <= 65_535;
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
