import { explain, type Alternative } from "@hangup/causes";
import { formatAddress, formatTime, type Teardown } from "@hangup/teardowns";
import { bold } from "../terminal.ts";

/** Characters in a line, unless a word is longer. */
const WIDTH = 118;
/** Where a line may end: not between a number and its unit. */
const BREAK = / (?!(?:µs|ms|s|min|h)\b)/;

/**
 * One connection in words: what was seen, what follows from it, what it could be confused with, and how to look at its packets.
 * @param packets its packets in order of time, a line each, where they are known.
 */
export function explanationText(row: Teardown, packets: readonly string[] = []): string {
  const told = explain({
    ...row,
    client_ip: formatAddress(row.client_ip),
    server_ip: formatAddress(row.server_ip),
    start_time: formatTime(row.start_time),
  });
  const causes = told.alternatives.filter(({ cause }) => cause !== null);
  const reasons = told.alternatives.filter(({ cause }) => cause === null);
  const lines = [
    bold(told.headline),
    ...paragraph("Seen", told.seen.join(" ")),
    ...packets.map((line) => `    ${line}`),
  ];
  lines.push(...paragraph("What follows", told.follows));
  if (causes.length > 0) lines.push(...paragraph("Could also be", `${causes.map(alternative).join("; ")}.`));
  if (reasons.length > 0)
    lines.push(...paragraph("Behind it may be", `${reasons.map(({ words }) => words).join("; ")}.`));
  if (told.settle !== "") lines.push(...paragraph("What would settle it", ended(told.settle)));
  lines.push(`  Wireshark: ${told.wireshark}`);
  return `${lines.join("\n")}\n\n`;
}

/** The cause by name, and its sentence as part of another. */
function alternative({ cause, words }: Alternative): string {
  return `${cause} (${words.slice(0, 1).toLowerCase()}${words.slice(1).replace(/\.$/, "")})`;
}

function ended(text: string): string {
  return text.endsWith("?") ? text : `${text}.`;
}

function paragraph(title: string, text: string): string[] {
  const lines: string[] = [];
  let line = `  ${title}:`;
  for (const word of text.split(BREAK)) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `    ${word}`;
    } else line += ` ${word}`;
  }
  return [...lines, line];
}
