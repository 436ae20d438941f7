import { Tracker, type EndedConnection, interleave, type Conversation } from "@hangup/connections";
import { Judge } from "./judge.ts";

/** What is told of one connection, as a test compares it. */
export interface Told {
  /** `kind:cause`, or the kind alone. */
  readonly said: string;
  readonly confidence: number;
  readonly benign: boolean | null;
  readonly evidence: readonly string[];
  readonly sender: string;
  readonly firstFinBy: string;
  readonly firstRstBy: string;
  readonly stage: string;
  readonly history: string;
  readonly connState: string;
  readonly clientPort: number;
  readonly clientBytes: number;
  readonly serverBytes: number;
  readonly rstIgnored: number;
  readonly late: number;
}

/**
 * Runs captured conversations through tracker and judge as a file would be. `flags`: only their SYN, FIN and RST segments.
 * Rows come in the order in which they are told.
 */
export function tell(conversations: readonly Conversation[], { flags = false }: { flags?: boolean } = {}): Told[] {
  const told: Told[] = [];
  const judge = new Judge(true);
  const options = { settleUs: null, silenceUs: 120_000_000, maxMemoryBytes: 2 ** 26, seed: 1 };
  const tracker = new Tracker(options, (ended) => {
    told.push(toldOf(ended, judge));
    return true;
  });
  for (const segment of interleave(...conversations)) {
    if (flags && (segment.flags & 7) === 0 && segment.icmp === 0) continue;
    tracker.track(segment);
  }
  tracker.finish();
  return told;
}

function toldOf(c: EndedConnection, judge: Judge): Told {
  const v = judge.judge(c);
  return {
    said: v.cause === "" ? v.kind : `${v.kind}:${v.cause}`,
    confidence: v.confidence,
    benign: v.benign,
    evidence: v.evidence,
    sender: v.sender,
    firstFinBy: v.firstFinBy,
    firstRstBy: v.firstRstBy,
    stage: c.stage,
    history: c.history,
    connState: c.connState,
    clientPort: c.client.port,
    clientBytes: c.client.bytes,
    serverBytes: c.server.bytes,
    rstIgnored: c.rstIgnored,
    late: c.lateSegments,
  };
}
