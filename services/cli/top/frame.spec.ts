import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { figuresOf, noCounts, type Counts } from "@hangup/rates";
import { frameLines, frameTitle, type RstRateAnswer } from "./frame.ts";

const figures = (counts: Partial<Counts>) => figuresOf({ ...noCounts(), ...counts });

function answer(more: Partial<RstRateAnswer> = {}): RstRateAnswer {
  return {
    range: { from: "2026-01-31T11:00:00.000000Z", to: "2026-01-31T12:00:00.000000Z" },
    group_by: ["host", "port", "cause"],
    rows: [
      {
        host: "10.0.0.1",
        port: 443,
        cause: "app_abort",
        ...figures({ teardowns: 1200, resets: 300, abnormal_resets: 300 }),
      },
      {
        host: "2001:db8::1",
        port: 80,
        cause: "rst_instead_of_fin",
        ...figures({ teardowns: 10, resets: 1, undecided_resets: 1 }),
      },
    ],
    other: { groups: 3, ...figures({ teardowns: 1300, resets: 20 }) },
    totals: figures({ teardowns: 1300, resets: 321, fins: 979 }),
    ...more,
  };
}

/** As it looks without colours, so that alignment can be seen. */
const lines = (one: RstRateAnswer): string[] => frameLines(one).map((line) => stripVTControlCharacters(line));

describe("frame", () => {
  it("is an aligned table with what was left out and a total", () => {
    expect(lines(answer())).toEqual([
      "host         port  cause               teardowns  resets  rst rate       abnormal  fins  share of resets",
      "10.0.0.1      443  app_abort               1,200     300     25.0%          25.0%     0  ███████████▎",
      "2001:db8::1    80  rst_instead_of_fin         10       1     10.0%  0.0% to 10.0%     0  ▏",
      "3 more                                     1,300      20      1.5%           0.0%     0  ▊",
      "total                                      1,300     321     24.7%           0.0%   979  ████████████",
    ]);
  });

  it("leaves out figures that are zero everywhere, and shows refusals where there are some", () => {
    const totals = figures({ teardowns: 1, attempts: 4, refused: 3, failed_attempts: 3 });
    const [head, row] = lines(answer({ group_by: ["port"], rows: [{ port: 81, ...totals }], other: null, totals }));
    expect(head).toContain("refused rate");
    expect(head).not.toMatch(/timeouts|failed/);
    expect(row).toMatch(/^\s+81 .* 75\.0%$/);
  });

  it("counts what failed apart from what was refused where that differs: a SYN that nobody answered", () => {
    const row = (cause: string, counts: Partial<Counts>) => ({ cause, ...figures({ attempts: 9, ...counts }) });
    const rows = [
      row("syn_unanswered", { failed_attempts: 2 }),
      row("port_closed", { failed_attempts: 3, refused: 3 }),
    ];
    const totals = figures({ attempts: 9, failed_attempts: 5, refused: 3 });
    expect(lines(answer({ group_by: ["cause"], rows, other: null, totals })).map((line) => line.slice(55, 94))).toEqual(
      [
        "attempts  failed  refused  refused rate",
        "       9       2        0          0.0%",
        "       9       3        3         33.3%",
        "       9       5        3         33.3%",
      ],
    );
  });

  it("says so when nothing fits", () => {
    expect(lines(answer({ rows: [], other: null, totals: figures({}) }))).toEqual([
      "nothing ended in this time that fits",
    ]);
  });

  it("shows a name that there is none of as a dash, and no rate as a dash", () => {
    const rows = [{ sender: null, ...figures({}) }];
    expect(lines(answer({ group_by: ["sender"], rows, other: null }))[1]).toMatch(/^- +0 +0 +- +- /);
  });

  it("tells its time and groups", () => {
    expect(frameTitle(answer())).toBe("2026-01-31 11:00:00 to 2026-01-31 12:00:00 UTC, by host, port, cause");
  });
});
