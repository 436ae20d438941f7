import { ADDRESS_BYTES, isMappedIPv4 } from "./address.ts";

/** A longer text is cut: no name of ours comes near it, and a reader refuses it. */
const MAX_NAME_CHARACTERS = 4_096;

/** Arrays of names that are known again without looking at the names. */
const KNOWN_ARRAYS = 256;

/** The texts of a batch, each once. Number 0 is the empty text. */
export class NameTable {
  readonly texts: string[] = [""];
  readonly #numbers = new Map<string, number>([["", 0]]);

  intern(text: string): number {
    const known = this.#numbers.get(text);
    return known ?? this.#add(text);
  }

  #add(text: string): number {
    if (text.length > MAX_NAME_CHARACTERS) return this.intern(text.slice(0, MAX_NAME_CHARACTERS));
    const number = this.texts.length;
    this.texts.push(text);
    this.#numbers.set(text, number);
    return number;
  }

  /** Adds what a message lists, repeated or not: its numbers must stay as sent. */
  push(text: string): void {
    this.texts.push(text);
  }

  clear(): void {
    this.texts.length = 1;
    this.#numbers.clear();
    this.#numbers.set("", 0);
  }
}

/**
 * The addresses of a batch. IPv4 is number `2 n` at entry n of `ipv4`, IPv6 is number `2 n + 1` at entry n of `ipv6`.
 * The words hold the address's bytes in network order, as they lie in memory.
 */
export class AddressTable {
  /** One word an address. */
  ipv4 = new Uint32Array(64);
  ipv4Count = 0;
  /** Four words an address. */
  ipv6 = new Uint32Array(64);
  ipv6Count = 0;
  readonly #ipv4Numbers = new Map<number, number>();
  readonly #ipv6Numbers = new Map<string, number>();

  /** `bytes`: 16, IPv4 as ::ffff:a.b.c.d. */
  intern(bytes: Uint8Array): number {
    if (!isMappedIPv4(bytes)) return this.#internIPv6(bytes);
    const word = wordAt(bytes, 12);
    const known = this.#ipv4Numbers.get(word);
    if (known !== undefined) return known;
    if (this.ipv4Count === this.ipv4.length) this.reserve(this.ipv4Count * 2, 0);
    const number = this.ipv4Count * 2;
    this.ipv4[this.ipv4Count++] = word;
    this.#ipv4Numbers.set(word, number);
    return number;
  }

  #internIPv6(bytes: Uint8Array): number {
    const words = [wordAt(bytes, 0), wordAt(bytes, 4), wordAt(bytes, 8), wordAt(bytes, 12)];
    const key = words.join();
    const known = this.#ipv6Numbers.get(key);
    if (known !== undefined) return known;
    if (this.ipv6Count * 4 === this.ipv6.length) this.reserve(0, this.ipv6Count * 2);
    const number = this.ipv6Count * 2 + 1;
    this.ipv6.set(words, this.ipv6Count++ * 4);
    this.#ipv6Numbers.set(key, number);
    return number;
  }

  /** Makes room for so many addresses of each family. */
  reserve(ipv4Count: number, ipv6Count: number): void {
    if (ipv4Count > this.ipv4.length) this.ipv4 = grown(this.ipv4, ipv4Count);
    if (ipv6Count * 4 > this.ipv6.length) this.ipv6 = grown(this.ipv6, ipv6Count * 4);
  }

  /** The 16 bytes of an address, as a fresh array. */
  bytesOf(number: number): Uint8Array {
    const entry = number >>> 1;
    if (number & 1) return new Uint8Array(this.ipv6.slice(entry * 4, entry * 4 + 4).buffer);
    const bytes = new Uint8Array(ADDRESS_BYTES);
    bytes.set([0xff, 0xff], 10);
    bytes.set(new Uint8Array(this.ipv4.buffer, entry * 4, 4), 12);
    return bytes;
  }

  clear(): void {
    this.ipv4Count = 0;
    this.ipv6Count = 0;
    this.#ipv4Numbers.clear();
    this.#ipv6Numbers.clear();
  }
}

/** Four bytes as they lie in memory; every machine that Node runs on is little-endian. */
function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

/** The sets of names of a batch (evidence, facts), each once: set s holds `members[starts[s]]` up to `members[starts[s + 1]]`. */
export class EvidenceTable {
  count = 0;
  starts = new Uint32Array(64);
  /** Numbers of names. */
  members = new Uint32Array(256);
  readonly #numbers = new Map<string, number>();
  /** The sets met so far as the arrays that they are: who judges hands out the same array for the same set. */
  readonly #arrays = new Map<readonly string[], number>();

  intern(set: readonly string[], names: NameTable): number {
    const same = this.#arrays.get(set);
    if (same !== undefined) return same;
    const number = this.#internNames(set, names);
    if (this.#arrays.size >= KNOWN_ARRAYS) this.#arrays.clear();
    this.#arrays.set(set, number);
    return number;
  }

  #internNames(set: readonly string[], names: NameTable): number {
    const key = set.join("\0");
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const end = this.starts[this.count] + set.length;
    this.reserve(this.count + 1, end);
    set.forEach((name, i) => (this.members[this.starts[this.count] + i] = names.intern(name)));
    this.starts[this.count + 1] = end;
    this.#numbers.set(key, this.count);
    return this.count++;
  }

  /** Makes room for so many sets and members. */
  reserve(count: number, members: number): void {
    if (count + 1 > this.starts.length) this.starts = grown(this.starts, (count + 1) * 2);
    if (members > this.members.length) this.members = grown(this.members, members * 2);
  }

  /** Number of members of all sets together. */
  get memberCount(): number {
    return this.starts[this.count];
  }

  namesOf(set: number, names: NameTable): string[] {
    return Array.from(this.members.subarray(this.starts[set], this.starts[set + 1]), (number) => names.texts[number]);
  }

  clear(): void {
    this.count = 0;
    this.#numbers.clear();
    this.#arrays.clear();
  }
}

export function grown(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}
