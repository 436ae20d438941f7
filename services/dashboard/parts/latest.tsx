import type { Cause, Explanation, TeardownRow } from "../api/shapes.ts";
import { clockTime } from "../format.ts";
import { causes } from "../state/figures.ts";
import type { Latest } from "../state/latest.ts";

/** The latest ends behind a row of the table, in words: the newest whole, the others on demand. */
export function LatestEnds({ rows, trouble }: Latest) {
  if (trouble !== null) return <p class="ends-note">The API does not answer: {trouble}.</p>;
  if (rows === null) return <p class="ends-note">Asking …</p>;
  if (rows.length === 0) return <p class="ends-note">None in this range any more.</p>;
  const found = new Set(rows.map(({ cause }) => cause));
  const known = [...found].flatMap((name) => causes.value.get(name) ?? []);
  return (
    <div class="ends">
      <p class="ends-note">
        {rows.length === 1 ? "The latest" : `The latest ${rows.length}, newest first`}
        {known.map((cause) => (
          <GuideLink key={cause.name} cause={cause} />
        ))}
      </p>
      {rows.map((row, i) => (
        <End key={row.id} row={row} open={i === 0} />
      ))}
    </div>
  );
}

function GuideLink({ cause }: { readonly cause: Cause }) {
  return (
    <>
      {" · "}
      {/* Relative to the page, which may be served below a path. */}
      <a href={cause.guide.replace(/^\//, "")}>what {cause.name} means and what to do</a>
    </>
  );
}

function End({ row, open }: { readonly row: TeardownRow; readonly open: boolean }) {
  const { headline } = row.explanation;
  return (
    <details class="end" open={open}>
      <summary>
        <time dateTime={row.end_time} title={row.end_time}>
          {clockTime(Date.parse(row.end_time))}
        </time>{" "}
        <span>{headline}</span>
      </summary>
      <Words explanation={row.explanation} />
    </details>
  );
}

function Words({ explanation }: { readonly explanation: Explanation }) {
  const { seen, follows, alternatives, settle, wireshark } = explanation;
  const others = alternatives.filter(({ cause }) => cause !== null);
  const reasons = alternatives.filter(({ cause }) => cause === null);
  return (
    <dl class="words">
      <dt>Seen</dt>
      <dd class="seen">{seen.join(" ")}</dd>
      <dt>What follows</dt>
      <dd>{follows}</dd>
      {others.length > 0 && <dt>Could also be</dt>}
      {others.map(({ cause, words }) => (
        <dd key={cause}>
          <code>{cause}</code> {words}
        </dd>
      ))}
      {reasons.length > 0 && <dt>Behind it may be</dt>}
      {reasons.length > 0 && <dd>{reasons.map(({ words }) => words).join("; ")}</dd>}
      {settle !== "" && <dt>What would settle it</dt>}
      {settle !== "" && <dd class="settle">{settle}</dd>}
      <dt>Wireshark</dt>
      <dd>
        <code class="filter">{wireshark}</code>
      </dd>
    </dl>
  );
}
