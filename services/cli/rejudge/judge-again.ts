import { Judge, type Verdict } from "@hangup/causes";
import { EndedConnection } from "@hangup/connections";
import { emptyRow, readFacts, sawWholeCapture, type Teardown } from "@hangup/teardowns";
import type { StandingVerdict } from "./store.ts";

/** Who judges: with all connections of the time at hand or without, as the row was judged first. */
export type MakeJudge = (whole: boolean) => Pick<Judge, "judge">;

/** Judges rows by the rules of this program, from what is stored of them. */
export class JudgeAgain {
  readonly #whole: Pick<Judge, "judge">;
  readonly #alone: Pick<Judge, "judge">;
  readonly #connection = new EndedConnection();
  readonly #row = emptyRow("", 0);

  constructor(makeJudge: MakeJudge = (whole) => new Judge(whole)) {
    this.#whole = makeJudge(true);
    this.#alone = makeJudge(false);
  }

  /** `stored`: the columns that `readFacts` looks at. The verdict is the same object each time. */
  judge(stored: Partial<Teardown>): Verdict {
    const row = Object.assign(this.#row, stored);
    readFacts(row, this.#connection);
    return (sawWholeCapture(row) ? this.#whole : this.#alone).judge(this.#connection);
  }
}

/** Does the verdict say something else than what stands? */
export function differs(verdict: Verdict, standing: StandingVerdict): boolean {
  return (
    verdict.kind !== standing.kind ||
    verdict.cause !== standing.cause ||
    verdict.parent !== standing.cause_parent ||
    verdict.confidence !== standing.confidence ||
    verdict.benign !== standing.benign ||
    verdict.sender !== standing.sender ||
    verdict.evidence.join() !== standing.evidence.join()
  );
}
