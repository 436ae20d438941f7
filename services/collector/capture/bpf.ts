/** One instruction: opcode, jumps when true and false, operand. */
interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** A packet as a socket's filter meets it. */
export interface FilteredPacket {
  readonly bytes: Uint8Array;
  /** The outer VLAN tag, which Linux takes out of the frame before the filter runs. */
  readonly vlanTag?: number;
}

/** Linux's offsets for what stands beside the packet (SKF_AD_OFF and its neighbours, linux/filter.h). */
const BESIDE = 0xffff_f000;
const VLAN_TAG = BESIDE + 44;
const VLAN_TAG_PRESENT = BESIDE + 48;

/** Reads what `tcpdump -ddd` prints: the number of instructions, then one a line. */
export function parseProgram(text: string): Instruction[] {
  const [count, ...lines] = text.trim().split("\n");
  const program = lines.map((line) => {
    const [code, jt, jf, k] = line.split(" ").map(Number);
    return { code, jt, jf, k };
  });
  if (program.length !== Number(count) || program.some(({ k }) => !(k >= 0))) throw new Error("no BPF program");
  return program;
}

/** Runs a classic BPF program (McCanne and Jacobson 1993) as the kernel does; answers the bytes of the packet that it takes, 0 for none. */
export function runProgram(program: readonly Instruction[], packet: FilteredPacket): number {
  const { bytes } = packet;
  const memory = new Uint32Array(16);
  let a = 0;
  let x = 0;
  /** What lies outside the packet ends the program: the packet is not taken. */
  const load = (at: number, size: number): number => {
    if (at === VLAN_TAG) return packet.vlanTag ?? 0;
    if (at === VLAN_TAG_PRESENT) return packet.vlanTag === undefined ? 0 : 1;
    if (at + size > bytes.length) return NaN;
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + bytes[at + i];
    return value;
  };
  for (let pc = 0; ; pc++) {
    const { code, jt, jf, k } = program[pc];
    const source = (code & 8) === 0 ? k : x;
    switch (code & 7) {
      case 0:
        a = loaded(code, k, x, memory, bytes.length, load);
        break;
      case 1:
        x = code === 0xb1 ? (load(k, 1) & 15) * 4 : loaded(code, k, 0, memory, bytes.length, load);
        break;
      case 2:
        memory[k] = a;
        break;
      case 3:
        memory[k] = x;
        break;
      case 4:
        a = calculate(code & 0xf0, a, source);
        break;
      case 5:
        pc += (code & 0xf0) === 0 ? k : isTrue(code & 0xf0, a, source) ? jt : jf;
        break;
      case 6:
        return (code & 0x18) === 0x10 ? a : k;
      default:
        if ((code & 0xf8) === 0) x = a;
        else a = x;
    }
    if (Number.isNaN(a) || Number.isNaN(x)) return 0;
  }
}

/** Modes: 0 immediate, 1 absolute, 2 relative to X, 3 memory, 4 length. Sizes: 0 word, 1 half, 2 byte. */
function loaded(
  code: number,
  k: number,
  x: number,
  memory: Uint32Array,
  length: number,
  load: (at: number, size: number) => number,
): number {
  const size = [4, 2, 1][(code >> 3) & 3];
  switch (code >> 5) {
    case 0:
      return k;
    case 1:
      return load(k, size);
    case 2:
      return load((k + x) >>> 0, size);
    case 3:
      return memory[k];
    case 4:
      return length;
    default:
      throw new Error(`BPF opcode ${code}`);
  }
}

function calculate(operation: number, a: number, b: number): number {
  switch (operation) {
    case 0x00:
      return (a + b) >>> 0;
    case 0x10:
      return (a - b) >>> 0;
    case 0x20:
      return Math.imul(a, b) >>> 0;
    case 0x40:
      return (a | b) >>> 0;
    case 0x50:
      return (a & b) >>> 0;
    case 0x60:
      return b > 31 ? 0 : (a << b) >>> 0;
    case 0x70:
      return b > 31 ? 0 : a >>> b;
    default:
      throw new Error(`BPF operation ${operation}`);
  }
}

function isTrue(operation: number, a: number, b: number): boolean {
  switch (operation) {
    case 0x10:
      return a === b;
    case 0x20:
      return a > b;
    case 0x30:
      return a >= b;
    case 0x40:
      return (a & b) !== 0;
    default:
      throw new Error(`BPF jump ${operation}`);
  }
}
