import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import {
  addNamespaces,
  ipBatch,
  namespacePrefix,
  removeLeftovers,
  removeNamespaces,
  runIn,
  setKernelParameters,
  type CapturePoint,
  type Family,
  type Random,
} from "@hangup/lab";
import { Agent } from "./agent.ts";

/**
 * The network of the matrix: two routers, between them a path with delay, loss and the like, and hosts on both sides.
 *
 *     client ──────┐                                        ┌── server
 *                  ├ router 1 ── [near path far] ── router 2 ──┤
 *     inner ── nat ┘                                        └── server2
 *
 * Captures are taken at the hosts' `eth0` and at the path's `near`. No link leads out of these namespaces.
 */
export type HostName = "client" | "inner" | "server" | "server2";
export type RouterName = "r1" | "r2" | "nat";
type NodeName = HostName | RouterName | "path";

const NODES: readonly NodeName[] = ["client", "inner", "server", "server2", "r1", "r2", "nat", "path"];

/** What a frame meets between the routers: ms one way, shares of frames. */
export interface Path {
  readonly delay_ms: number;
  readonly jitter_ms: number;
  readonly loss: number;
  readonly reorder: number;
  readonly duplicate: number;
}

/** What differs from lab to lab, besides addresses. */
export interface Setting {
  readonly path: Path;
  /** The TTL or hop limit that each node's packets start with. */
  readonly ttl: Readonly<Record<"client" | "server" | "router1" | "router2", number>>;
}

export const CLEAN: Path = { delay_ms: 12, jitter_ms: 0, loss: 0, reorder: 0, duplicate: 0 };
export const ROUGH: Path = { delay_ms: 12, jitter_ms: 8, loss: 0.02, reorder: 0.02, duplicate: 0.01 };
export const FOUL: Path = { delay_ms: 20, jitter_ms: 25, loss: 0.05, reorder: 0.08, duplicate: 0.04 };

const SUBNETS = { client: 1, inner: 2, link: 3, server: 4, server2: 5, nat: 6 } as const;
type Subnet = keyof typeof SUBNETS;

/** The last part of addresses: the routers' own, and how many each host has. */
const GATEWAY = 1;
const FIRST_HOST = 10;
const HOST_ADDRESSES = { client: 40, inner: 1, server: 24, server2: 4 } as const;
/** In the server's subnet, but nobody is there: `ABSENT` is asked for in vain, what goes to `HOLE` is lost. */
const ABSENT = 200;
const HOLE = 201;
const HOLE_MAC = "02:00:00:00:de:ad";
const LINK_MAC = { r1: "02:00:00:00:00:01", r2: "02:00:00:00:00:02" } as const;
const PREFIX = { 4: 24, 6: 64 } as const;

/** A table of filters at each router. A connection is put in a set by its client's port, which no other has. */
export type Filter = "drop" | "synack" | "reset" | "host" | "admin" | "port";
export type Direction = "up" | "down";

const REJECTS: Readonly<Record<Filter, string>> = {
  drop: "drop",
  synack: "tcp flags & (syn | ack) == syn | ack drop",
  reset: "reject with tcp reset",
  host: "reject with icmpx type host-unreachable",
  admin: "reject with icmpx type admin-prohibited",
  port: "reject with icmpx type port-unreachable",
};

export class Network {
  readonly setting: Setting;
  readonly families: readonly Family[] = [4, 6];
  readonly #prefix: string;
  readonly #net: { readonly v4: number; readonly v6: string };
  readonly #agents = new Map<HostName | RouterName, Agent>();
  readonly #extra: Agent[] = [];
  #path: ChildProcess | undefined;

  private constructor(name: string, setting: Setting, random: Random) {
    this.setting = setting;
    this.#prefix = namespacePrefix(name);
    this.#net = {
      v4: 1 + Math.floor(random() * 250),
      v6: `fd${(16 + Math.floor(random() * 200)).toString(16)}:${(1 + Math.floor(random() * 65_000)).toString(16)}`,
    };
  }

  static async create(name: string, setting: Setting, random: Random): Promise<Network> {
    removeLeftovers();
    const network = new Network(name, setting, random);
    process.once("exit", network.#remove);
    try {
      await network.#build();
    } catch (error) {
      await network.destroy();
      throw error;
    }
    return network;
  }

  agent(name: HostName | RouterName): Agent {
    return this.#agents.get(name)!;
  }

  /** Another process on a host, which may die. */
  newAgent(name: HostName): Agent {
    const agent = new Agent(this.namespace(name));
    this.#extra.push(agent);
    return agent;
  }

  namespace(node: NodeName): string {
    return `${this.#prefix}${node}`;
  }

  capturePoint(at: HostName | "path"): CapturePoint {
    return { netns: this.namespace(at), interface: at === "path" ? "near" : "eth0" };
  }

  /** The nth address of a host. */
  address(family: Family, host: HostName, nth: number): string {
    return this.#at(family, host, FIRST_HOST + (nth % HOST_ADDRESSES[host]));
  }

  /** Where nobody is: `absent` the router says so after a while, `hole` nobody says anything. */
  nobody(family: Family, which: "absent" | "hole"): string {
    return this.#at(family, "server", which === "absent" ? ABSENT : HOLE);
  }

  natAddress(family: Family): string {
    return this.#at(family, "nat", FIRST_HOST);
  }

  /** From now on a router does this to what the connection with this client port sends up (to the server) or down. */
  async filter(router: RouterName, filter: Filter, direction: Direction, clientPort: number): Promise<void> {
    await this.nft(router, `add element inet lab ${filter}_${direction} { ${clientPort} }`);
  }

  async unfilter(router: RouterName, filter: Filter, direction: Direction, clientPort: number): Promise<void> {
    await this.nft(router, `delete element inet lab ${filter}_${direction} { ${clientPort} }`);
  }

  async nft(router: RouterName, script: string): Promise<void> {
    await runIn(this.namespace(router), ["nft", "-f", "-"], script);
  }

  async setParameters(node: NodeName, parameters: Readonly<Record<string, string>>): Promise<void> {
    await setKernelParameters(this.namespace(node), parameters);
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#agents.values(), ...this.#extra].map((agent) => agent.stop()));
    if (this.#path !== undefined && this.#path.exitCode === null) {
      this.#path.stdin!.end();
      await once(this.#path, "exit");
    }
    this.#remove();
    process.off("exit", this.#remove);
  }

  readonly #remove = (): void => removeNamespaces(NODES.map((node) => this.namespace(node)));

  #at(family: Family, subnet: Subnet, host: number): string {
    return family === 4
      ? `10.${this.#net.v4}.${SUBNETS[subnet]}.${host}`
      : `${this.#net.v6}:${SUBNETS[subnet]}::${host.toString(16)}`;
  }

  async #build(): Promise<void> {
    await addNamespaces(NODES.map((node) => this.namespace(node)));
    await Promise.all(NODES.map((node) => this.setParameters(node, this.#parameters(node))));
    // Devices first, since each batch makes both ends of its links; then what is on them.
    await this.#batches(this.#devices());
    await this.#batches(this.#addresses());
    await Promise.all((["r1", "r2", "nat"] as const).map((router) => this.nft(router, filterTable(router === "nat"))));
    const { path } = this.setting;
    this.#path = spawn(
      "ip",
      ["netns", "exec", this.namespace("path"), "python3", join(import.meta.dirname, "path.py"), "near", "far"].concat(
        JSON.stringify({ seed: this.#net.v4, ...path }),
      ),
      { stdio: ["pipe", "ignore", "inherit"] },
    );
    for (const node of ["client", "inner", "server", "server2", "r1", "r2"] as const) {
      this.#agents.set(node, new Agent(this.namespace(node)));
    }
    await Promise.all([
      this.agent("r1").watch("wan"),
      this.agent("r2").watch("wan"),
      ...(["client", "server", "server2"] as const).map((host) => this.agent(host).watch("eth0")),
    ]);
  }

  #parameters(node: NodeName): Record<string, string> {
    const forwards = node === "r1" || node === "r2" || node === "nat" ? "1" : "0";
    const { ttl } = this.setting;
    const own =
      node === "r1" || node === "nat"
        ? ttl.router1
        : node === "r2"
          ? ttl.router2
          : node === "client" || node === "inner"
            ? ttl.client
            : ttl.server;
    return {
      "net/ipv4/ip_forward": forwards,
      "net/ipv4/ip_default_ttl": `${own}`,
      "net/ipv6/conf/default/accept_dad": "0",
      "net/ipv6/conf/default/hop_limit": `${own}`,
      "net/ipv6/conf/all/forwarding": forwards,
      // A RST may follow a RST at once: what one connection draws must not hush the next.
      "net/ipv4/tcp_invalid_ratelimit": "0",
      "net/ipv4/icmp_ratelimit": "0",
      "net/ipv6/icmp/ratelimit": "0",
      "net/ipv4/tcp_challenge_ack_limit": "2147483647",
      // Forged packets come from where no route leads.
      "net/ipv4/conf/all/rp_filter": "0",
      "net/ipv4/conf/default/rp_filter": "0",
      ...(node === "server2" ? { "net/ipv4/tcp_abort_on_overflow": "1", "net/ipv4/tcp_syncookies": "0" } : {}),
      ...(node === "server" ? { "net/ipv4/tcp_syncookies": "0" } : {}),
    };
  }

  async #batches(lines: Readonly<Partial<Record<NodeName, readonly string[]>>>): Promise<void> {
    await Promise.all(Object.entries(lines).map(([node, batch]) => ipBatch(this.namespace(node as NodeName), batch)));
  }

  #devices(): Partial<Record<NodeName, string[]>> {
    const link = (device: string, other: NodeName, otherDevice: string, mac = ""): string =>
      `link add ${device} type veth peer name ${otherDevice}${mac} netns ${this.namespace(other)}`;
    return {
      r1: [link("lan", "client", "eth0"), link("natlan", "nat", "wan")],
      nat: [link("lan", "inner", "eth0")],
      r2: [link("lan", "server", "eth0"), link("lan2", "server2", "eth0")],
      path: [link("near", "r1", "wan", ` address ${LINK_MAC.r1}`), link("far", "r2", "wan", ` address ${LINK_MAC.r2}`)],
    };
  }

  #addresses(): Record<NodeName, string[]> {
    return {
      client: this.#host("client", "eth0", HOST_ADDRESSES.client),
      inner: this.#host("inner", "eth0", HOST_ADDRESSES.inner),
      server: this.#host("server", "eth0", HOST_ADDRESSES.server),
      server2: this.#host("server2", "eth0", HOST_ADDRESSES.server2),
      nat: [...this.#host("nat", "wan", 1), ...this.#gateway("inner", "lan")],
      r1: [
        ...this.#gateway("client", "lan"),
        ...this.#gateway("nat", "natlan"),
        ...this.#linkEnd(1, 2, LINK_MAC.r2),
        ...this.families.flatMap((f) =>
          (["server", "server2"] as const).map((subnet) => this.#route(f, subnet, this.#at(f, "link", 2))),
        ),
      ],
      r2: [
        ...this.#gateway("server", "lan"),
        ...this.#gateway("server2", "lan2"),
        ...this.#linkEnd(2, 1, LINK_MAC.r1),
        ...this.families.flatMap((f) => [
          ...(["client", "nat"] as const).map((subnet) => this.#route(f, subnet, this.#at(f, "link", 1))),
          `neigh add ${this.nobody(f, "hole")} lladdr ${HOLE_MAC} dev lan nud permanent`,
        ]),
      ],
      path: ["link set lo up", "link set near up", "link set far up"],
    };
  }

  /** A device goes up with one segment a packet: the path loses packets, not bundles of them. */
  #up(device: string): string[] {
    return ["link set lo up", `link set ${device} up gso_max_segs 1`];
  }

  #address(family: Family, subnet: Subnet, host: number, device: string): string {
    return `addr add ${this.#at(family, subnet, host)}/${PREFIX[family]} dev ${device}${family === 6 ? " nodad" : ""}`;
  }

  #host(subnet: Subnet, device: string, addresses: number): string[] {
    return [
      ...this.#up(device),
      ...this.families.flatMap((f) => [
        ...Array.from({ length: addresses }, (_, nth) => this.#address(f, subnet, FIRST_HOST + nth, device)),
        `route add default via ${this.#at(f, subnet, GATEWAY)}`,
      ]),
    ];
  }

  #gateway(subnet: Subnet, device: string): string[] {
    return [...this.#up(device), ...this.families.map((f) => this.#address(f, subnet, GATEWAY, device))];
  }

  /** The path may lose a question: nobody has to ask for the other router. */
  #linkEnd(own: number, other: number, otherMac: string): string[] {
    return [
      ...this.#up("wan"),
      ...this.families.flatMap((f) => [
        this.#address(f, "link", own, "wan"),
        `neigh add ${this.#at(f, "link", other)} lladdr ${otherMac} dev wan nud permanent`,
      ]),
    ];
  }

  #route(family: Family, subnet: Subnet, via: string): string {
    return `route add ${this.#at(family, subnet, 0)}/${PREFIX[family]} via ${via}`;
  }
}

function filterTable(translates: boolean): string {
  const filters = Object.keys(REJECTS) as Filter[];
  const sets = filters.flatMap((filter) => [
    `set ${filter}_up { type inet_service; }`,
    `set ${filter}_down { type inet_service; }`,
  ]);
  const rules = filters.flatMap((filter) => [
    `tcp sport @${filter}_up ${REJECTS[filter]}`,
    `tcp dport @${filter}_down ${REJECTS[filter]}`,
  ]);
  // A translator that forgot a connection gives it another port when it meets it again.
  const nat = `
    set invalid_drop { type inet_service; }
    set invalid_reset { type inet_service; }
    chain translate { type nat hook postrouting priority 100; oifname "wan" masquerade fully-random; }
    chain strict { type filter hook forward priority -10;
      ct state invalid tcp sport @invalid_drop drop
      ct state invalid tcp sport @invalid_reset reject with tcp reset
    }`;
  return `table inet lab { ${sets.join("\n")}
    chain forward { type filter hook forward priority 0
      ${rules.join("\n")}
    }
    ${translates ? nat : ""}
    }`;
}
