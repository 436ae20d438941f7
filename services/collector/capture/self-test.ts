import { execFileSync } from "node:child_process";
import type { Logger } from "@hangup/service";
import { insideNamespace } from "./arguments.ts";
import { parseProgram, runProgram } from "./bpf.ts";
import { encapsulationsOf, framed, shouldSee } from "./encapsulations.ts";
import { captureExpression, type CaptureMode } from "./expression.ts";
import { linkTypeOf, type LinkType } from "./link.ts";

/** What the filter does with the segments of one encapsulation. */
export interface Finding {
  readonly name: string;
  /** It hands over SYN, FIN and RST, and those without them where the mode is `all`. */
  readonly isSeen: boolean;
  /** It hands over what the mode leaves out. */
  readonly isTooMuch: boolean;
  readonly isExpected: boolean;
}

/** A SYN, a FIN, a RST, and one with none of them. */
const FLAGGED = ["S", "FA", "R"];
const PLAIN = "A";

/**
 * Puts packets of every encapsulation before the very program that tcpdump gives the kernel, and says which it hands over.
 * @param program what `compileFilter` answers.
 */
export function testFilter(program: string, mode: CaptureMode, link: LinkType): Finding[] {
  const instructions = parseProgram(program);
  return encapsulationsOf(link).map((encapsulation) => {
    const takes = (flags: string): boolean => runProgram(instructions, framed(encapsulation, link, flags)) > 0;
    const plain = takes(PLAIN);
    const isSeen = FLAGGED.every(takes) && (mode === "flags" || plain);
    const isExpected = isSeen === shouldSee(encapsulation, mode, link);
    return { name: encapsulation.name, isSeen, isTooMuch: mode === "flags" && plain, isExpected };
  });
}

/** Tests what this interface's filter sees, the user's words left out. @throws as `compileFilter`. */
export function testInterface(name: string, netns: string | undefined, mode: CaptureMode): Finding[] {
  const link = linkTypeOf(name, netns);
  return testFilter(compileFilter(name, netns, link, captureExpression(mode, link, "")), mode, link);
}

/** Tests each interface's filter and says in the log what it will not see. A test that cannot be made stops nothing. */
export function reportFilters(
  names: readonly string[],
  netns: string | undefined,
  mode: CaptureMode,
  log: Logger,
): void {
  for (const name of names) {
    try {
      const findings = testInterface(name, netns, mode);
      const wrong = findings.filter(isWrong).map((finding) => finding.name);
      if (wrong.length > 0) log.warn({ interface: name, wrong }, "the kernel's filter does not do what it should");
      const unseen = findings.filter(({ isSeen }) => !isSeen).map((finding) => finding.name);
      log.info(
        { interface: name, unseen },
        `the kernel's filter sees ${findings.length - unseen.length} encapsulations`,
      );
    } catch (error) {
      log.warn({ interface: name }, `the kernel's filter could not be tested: ${(error as Error).message}`);
    }
  }
}

export function isWrong({ isExpected, isTooMuch }: Finding): boolean {
  return !isExpected || isTooMuch;
}

/**
 * The filter's program as tcpdump makes it for this interface.
 * @throws Error with tcpdump's words when it refuses the expression or may not open the interface.
 */
export function compileFilter(name: string, netns: string | undefined, link: LinkType, expression: string): string {
  const tcpdump = { program: "tcpdump", args: ["-i", name, "-y", link, "-ddd", expression] };
  const { program, args } = insideNamespace(netns, tcpdump);
  return execFileSync(program, [...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** One line an encapsulation, for people. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings
    .map((finding) => {
      const words = `${finding.isSeen ? "seen" : "not seen"}${finding.isTooMuch ? ", with data" : ""}`;
      return `${finding.name.padEnd(width)}  ${words}${isWrong(finding) ? "  (unexpected)" : ""}\n`;
    })
    .join("");
}
