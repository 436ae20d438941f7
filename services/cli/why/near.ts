import { formatAddress, type Teardown } from "@hangup/teardowns";
import { endpointText, sameAddress, type Endpoint } from "../analyze/endpoint.ts";
import { counted } from "../terminal.ts";

/** Connections named at most. */
const EXAMPLES = 3;

/** What a capture holds beside the connection that was asked for, in case that is not there. */
export class Near {
  /** Connections between the two hosts: by how many of the ports are those asked for, 0 or 1. */
  readonly #between: [Seen, Seen] = [new Seen(), new Seen()];
  /** Connections of each host with others. */
  readonly #elsewhere: [number, number] = [0, 0];
  readonly #ends: readonly [Endpoint, Endpoint];
  #all = 0;

  constructor(first: Endpoint, second: Endpoint) {
    this.#ends = [first, second];
  }

  add(row: Teardown): void {
    this.#all++;
    const { client_ip: client, client_port: clientPort, server_ip: server, server_port: serverPort } = row;
    const [first, second] = this.#ends;
    const straight = sameAddress(client, first.address) && sameAddress(server, second.address);
    if (straight || (sameAddress(client, second.address) && sameAddress(server, first.address))) {
      const asked = straight ? [first.port, second.port] : [second.port, first.port];
      this.#between[clientPort === asked[0] || serverPort === asked[1] ? 1 : 0].add(row);
      return;
    }
    for (const [i, { address }] of this.#ends.entries())
      if (sameAddress(client, address) || sameAddress(server, address)) this.#elsewhere[i]++;
  }

  /** One sentence. */
  toString(): string {
    if (this.#all === 0) return "No TCP connection is in it";
    const [other, likely] = this.#between;
    if (likely.count + other.count > 0) {
      const shown = likely.count > 0 ? likely : other;
      return `Between the same hosts it has ${shown.examples.join(", ")}${shown.count > EXAMPLES ? ` and ${counted(shown.count - EXAMPLES, "connection")} more` : ""}`;
    }
    const known = this.#ends.map(({ address }, i) => {
      const name = formatAddress(address);
      return this.#elsewhere[i] === 0
        ? `${name} is not in it`
        : `${name} has ${counted(this.#elsewhere[i], "connection")} with others`;
    });
    return `${[...new Set(known)].join("; ")}. Behind a NAT or proxy an address is another`;
  }
}

class Seen {
  readonly examples: string[] = [];
  count = 0;

  add(row: Teardown): void {
    this.count++;
    if (this.examples.length < EXAMPLES)
      this.examples.push(
        `${endpointText(row.client_ip, row.client_port)} → ${endpointText(row.server_ip, row.server_port)}`,
      );
  }
}
