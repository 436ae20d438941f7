/**
 * The lab's network: one client host, a router, and servers behind it, each a network namespace with a stack of its own.
 *
 *     client ── clients[router]server1 ── server 1
 *                       └──────server2 ── server 2 …
 *
 * Every packet between client and servers passes the router's interface `clients`: capture there. All addresses live
 * inside these namespaces alone; the host's interfaces and routes are never touched.
 */
export type Family = 4 | 6;

/** The router's interface that sees every packet of the lab. */
export const CAPTURE_INTERFACE = "clients";

/** The interface of the client host and of each server. */
export const HOST_INTERFACE = "eth0";

/** Servers have the subnets 1, 2 …. */
const CLIENT_SUBNET = 100;
const ROUTER_HOST = 1;
const SERVER_HOST = 2;
/** An address of each server's subnet with a neighbour entry that leads nowhere: what is sent to it is never answered. */
const SILENT_HOST = 250;
/** The client's usual addresses: several, so that there is something to group by. */
const CLIENT_HOSTS = [10, 11, 12, 13];
/** Used only for connections that a server is made to forget: its route can vanish without disturbing the others. */
const FORGOTTEN_HOST = 66;

/** Used only for connections whose packets the router holds back: IPv4. */
const DELAYED_HOST = 67;
const ALL_CLIENT_HOSTS = [...CLIENT_HOSTS, FORGOTTEN_HOST, DELAYED_HOST];

/** Ends of the client's link, locally administered. */
const ROUTER_MAC = "02:00:00:00:64:01";
const CLIENT_MAC = "02:00:00:00:64:02";
/** The unused, locally administered MAC address behind the silent host. */
const DEAD_MAC = "02:00:00:00:de:ad";

/** Canonical text (RFC 5952): workers know connections by it. */
function address(family: Family, subnet: number, host: number): string {
  return family === 4 ? `10.77.${subnet}.${host}` : `fd77:${subnet}::${host}`;
}

const prefixLength = { 4: 24, 6: 64 } as const;
const hostLength = { 4: 32, 6: 128 } as const;

/** Servers count from 0. */
export function serverAddress(family: Family, server: number): string {
  return address(family, server + 1, SERVER_HOST);
}

export function silentAddress(family: Family, server: number): string {
  return address(family, server + 1, SILENT_HOST);
}

/** `client` is any number; the usual addresses are used in turn. */
export function clientAddress(family: Family, client: number): string {
  return address(family, CLIENT_SUBNET, CLIENT_HOSTS[client % CLIENT_HOSTS.length]);
}

export function forgottenAddress(family: Family): string {
  return address(family, CLIENT_SUBNET, FORGOTTEN_HOST);
}

/** One `ip -batch` line that makes a server lose its way to the forgotten client address (`add`), or find it (`del`). */
export function forgetRoute(action: "add" | "del", family: Family): string {
  return `route ${action} blackhole ${forgottenAddress(family)}/${hostLength[family]}`;
}

export function delayedAddress(): string {
  return address(4, CLIENT_SUBNET, DELAYED_HOST);
}

/**
 * One `ip -batch` line that makes the router forget who has the delayed address: it asks by ARP, which the client does not
 * answer, and keeps what it has for it, for 3 s at most. Or that tells it, and lets go all that it kept.
 */
export function holdNeighbour(action: "hold" | "release"): string {
  return action === "hold" ? `neigh del ${delayedAddress()} dev ${CAPTURE_INTERFACE}` : clientNeighbour(DELAYED_HOST);
}

/** The client answers no ARP (`arp_ignore` 8): the router is told of its IPv4 addresses, so that it can be made to forget one. */
function clientNeighbour(host: number): string {
  return `neigh replace ${address(4, CLIENT_SUBNET, host)} lladdr ${CLIENT_MAC} dev ${CAPTURE_INTERFACE} nud permanent`;
}

/** `ip -batch` lines for the client's namespace, run when its `eth0` exists. */
export function clientLines(families: readonly Family[]): string[] {
  return [
    ...linkUp(),
    `neigh add ${address(4, CLIENT_SUBNET, ROUTER_HOST)} lladdr ${ROUTER_MAC} dev ${HOST_INTERFACE} nud permanent`,
    ...families.flatMap((family) => [
      ...addresses(family, CLIENT_SUBNET, ALL_CLIENT_HOSTS),
      defaultRoute(family, CLIENT_SUBNET),
    ]),
  ];
}

export function serverLines(families: readonly Family[], server: number): string[] {
  return [
    ...linkUp(),
    ...families.flatMap((family) => [
      ...addresses(family, server + 1, [SERVER_HOST]),
      defaultRoute(family, server + 1),
    ]),
  ];
}

/** `ip -batch` lines that make the router's links, their other ends placed in the namespaces given. */
export function routerLines(
  families: readonly Family[],
  clientNamespace: string,
  serverNamespaces: readonly string[],
): string[] {
  return [
    "link set lo up",
    `link add ${CAPTURE_INTERFACE} address ${ROUTER_MAC} type veth peer name ${HOST_INTERFACE} address ${CLIENT_MAC} netns ${clientNamespace}`,
    ...routerEnd(families, CLIENT_SUBNET, CAPTURE_INTERFACE),
    ...ALL_CLIENT_HOSTS.map(clientNeighbour),
    ...serverNamespaces.flatMap((namespace, server) => {
      const device = `server${server + 1}`;
      return [
        `link add ${device} type veth peer name ${HOST_INTERFACE} netns ${namespace}`,
        ...routerEnd(families, server + 1, device),
        ...families.map((family) => silentNeighbour(family, server + 1, device)),
      ];
    }),
  ];
}

function routerEnd(families: readonly Family[], subnet: number, device: string): string[] {
  return [`link set ${device} up`, ...families.flatMap((family) => addresses(family, subnet, [ROUTER_HOST], device))];
}

function linkUp(): string[] {
  return ["link set lo up", `link set ${HOST_INTERFACE} up`];
}

function addresses(family: Family, subnet: number, hosts: readonly number[], device = HOST_INTERFACE): string[] {
  // Duplicate address detection would leave an IPv6 address unusable for its first second.
  const extra = family === 6 ? " nodad" : "";
  return hosts.map((host) => `addr add ${address(family, subnet, host)}/${prefixLength[family]} dev ${device}${extra}`);
}

function defaultRoute(family: Family, subnet: number): string {
  return `route add default via ${address(family, subnet, ROUTER_HOST)}`;
}

function silentNeighbour(family: Family, subnet: number, device: string): string {
  return `neigh add ${address(family, subnet, SILENT_HOST)} lladdr ${DEAD_MAC} dev ${device} nud permanent`;
}
