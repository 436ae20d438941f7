import type { ComponentChildren } from "preact";
import type { Figures, RatesAnswer, RateRow } from "../api/shapes.ts";
import { count, percent } from "../format.ts";
import { choices, choose, grouped, GROUPS, ordered, type ColumnName, type GroupName } from "../state/choices.ts";
import { causes, placeOf, TABLE_KINDS } from "../state/figures.ts";
import { keyOf, latest, toggleLatest } from "../state/latest.ts";
import { LatestEnds } from "./latest.tsx";

const GROUP_WORDS: Readonly<Record<GroupName, string>> = { host: "Host", port: "Port", cause: "Cause" };

/** `wide`: left out on a narrow screen. */
const FIGURES: readonly { name: ColumnName; words: string; title: string; wide?: boolean }[] = [
  { name: "resets", words: "Resets", title: "Connections that a RST ended" },
  { name: "teardowns", words: "of ended", title: "Ends of established connections: FIN, RST and silence", wide: true },
  { name: "rst_rate", words: "RST rate", title: "Resets / connections ended" },
  { name: "abnormal_rst_rate", words: "Abnormal", title: "Resets that are not benign / connections ended", wide: true },
  {
    name: "failed_attempts",
    words: "Failed",
    title: "Attempts that came to no connection: refused, unanswered, or reset before the handshake was complete",
    wide: true,
  },
  { name: "refused", words: "Refused", title: "Connections whose SYN was refused", wide: true },
  { name: "refused_rate", words: "of attempts", title: "Refused / attempts", wide: true },
  { name: "timeouts", words: "Timeouts", title: "Established connections that ended by silence", wide: true },
];

/** Where and why: the groups with most of what the table is ordered by, and one row for all others. */
export function Table({ answer, groups }: { readonly answer: RatesAnswer; readonly groups: readonly GroupName[] }) {
  const most = Math.max(...answer.rows.map((row) => row.rst_rate ?? 0));
  return (
    <section class="panel" aria-labelledby="table-title">
      <div class="panel-head">
        <h2 id="table-title">Where and why</h2>
        <GroupPicker />
      </div>
      {answer.rows.length === 0 ? (
        <p class="hint">Every connection that ended in this range was closed with FIN by both sides.</p>
      ) : (
        <div class="table-scroll" role="region" aria-labelledby="table-title" tabIndex={0}>
          <table>
            <thead>
              <tr class="row">
                {groups.map((name) => (
                  <SortHead key={name} name={name} words={GROUP_WORDS[name]} kind={`group group-${name}`} />
                ))}
                {FIGURES.map(({ name, words, title, wide }) => (
                  <SortHead
                    key={name}
                    name={name}
                    words={words}
                    title={title}
                    kind={`figure ${wide ? "wide" : ""} ${name === "rst_rate" ? "rate" : ""}`}
                  />
                ))}
              </tr>
            </thead>
            <tbody>
              {answer.rows.map((row) => (
                <GroupRow key={groups.map((name) => String(row[name])).join()} row={row} groups={groups} most={most} />
              ))}
              {answer.other && (
                <tr class={onlyRefused(answer.other) ? "row other refusals" : "row other"}>
                  <th scope="row" colSpan={groups.length}>
                    {count(answer.other.groups)} others
                  </th>
                  <FigureCells figures={answer.other} most={0} />
                </tr>
              )}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** A row; pressed anywhere but on a value, it tells the latest ends behind its figures. */
function GroupRow(props: { readonly row: RateRow; readonly groups: readonly GroupName[]; readonly most: number }) {
  const { row, groups, most } = props;
  const group = Object.fromEntries(groups.map((name) => [name, String(row[name])]));
  const filters = { ...placeOf(choices.value), kind: TABLE_KINDS, ...group };
  const opened = latest.value?.key === keyOf(filters) ? latest.value : null;
  const toggle = (): void => void toggleLatest(filters);
  return (
    <>
      <tr
        class={onlyRefused(row) ? "row refusals" : "row"}
        onClick={(event) => {
          if (event.target instanceof Element && event.target.closest("button") === null) toggle();
        }}
      >
        {groups.map((name, i) => (
          <GroupCell key={name} name={name} row={row}>
            {i === 0 && (
              <button
                type="button"
                class="open"
                aria-expanded={opened !== null}
                aria-label={`The latest of ${groups.map((one) => String(row[one])).join(", ")}`}
                onClick={toggle}
              >
                <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
                  <path d="M3 1l4 4-4 4" />
                </svg>
              </button>
            )}
          </GroupCell>
        ))}
        <FigureCells figures={row} most={most} />
      </tr>
      {opened && (
        <tr class="told">
          <td colSpan={groups.length + FIGURES.length}>
            <LatestEnds {...opened} />
          </td>
        </tr>
      )}
    </>
  );
}

function SortHead(props: {
  readonly name: GroupName | ColumnName;
  readonly words: string;
  readonly kind: string;
  readonly title?: string;
}) {
  const { by, descending } = choices.value.order;
  const sorted = by === props.name ? (descending ? "descending" : "ascending") : "none";
  return (
    <th scope="col" class={props.kind} aria-sort={sorted}>
      <button
        type="button"
        title={props.title ?? ""}
        onClick={() => (choices.value = ordered(choices.value, props.name))}
      >
        {props.words}
        <span class="arrow" aria-hidden="true">
          {sorted === "none" ? "" : descending ? "↓" : "↑"}
        </span>
      </button>
    </th>
  );
}

/** A group's value; pressed, it narrows the page to it. */
function GroupCell(props: { readonly name: GroupName; readonly row: RateRow; readonly children: ComponentChildren }) {
  const { name, row, children } = props;
  const value = String(row[name]);
  const sentence = name === "cause" ? causes.value.get(value)?.summary : undefined;
  return (
    <td class={`group group-${name}`}>
      {children}
      <button
        type="button"
        class="value"
        title={`Show only ${name} ${value}`}
        onClick={() => choose({ only: { ...choices.value.only, [name]: value } })}
      >
        {value}
      </button>
      {sentence && (
        <span class="sentence" title={sentence}>
          {sentence}
        </span>
      )}
    </td>
  );
}

/** On a narrow screen such a row shows its refusals in place of its resets. */
function onlyRefused({ resets, refused }: Figures): boolean {
  return resets === 0 && refused > 0;
}

function FigureCells({ figures, most }: { readonly figures: Figures; readonly most: number }) {
  return (
    <>
      <FigureCell of={figures.resets}>{count(figures.resets)}</FigureCell>
      <FigureCell of={0} wide>
        {count(figures.teardowns)}
      </FigureCell>
      <FigureCell of={figures.resets} rate>
        {percent(figures.rst_rate)}
        <RateBar figures={figures} most={most} />
      </FigureCell>
      <FigureCell of={figures.abnormal_resets} wide>
        {percent(figures.abnormal_rst_rate)}
      </FigureCell>
      <FigureCell of={figures.failed_attempts} wide>
        {count(figures.failed_attempts)}
      </FigureCell>
      <FigureCell of={figures.refused} wide refusal>
        {count(figures.refused)}
      </FigureCell>
      <FigureCell of={0} wide refusal rate>
        {percent(figures.refused_rate)}
      </FigureCell>
      <FigureCell of={figures.timeouts} wide>
        {count(figures.timeouts)}
      </FigureCell>
    </>
  );
}

/** A figure that says "none" stays in the background; so does what is only a denominator. */
function FigureCell(props: {
  readonly of: number;
  readonly wide?: boolean;
  readonly rate?: boolean;
  readonly refusal?: boolean;
  readonly children: ComponentChildren;
}) {
  const { wide, rate, refusal } = props;
  const names = ["figure", wide && "wide", rate && "rate", refusal && "refusal", props.of === 0 && "muted"];
  return <td class={names.filter(Boolean).join(" ")}>{props.children}</td>;
}

/** The RST rate as a length, its abnormal part in that colour, relative to the highest of the table. */
function RateBar({ figures, most }: { readonly figures: Figures; readonly most: number }) {
  if (most === 0 || figures.rst_rate === null) return null;
  const width = (resets: number): string => `${(resets / Math.max(figures.teardowns, 1) / most) * 100}%`;
  const benign = figures.resets - figures.abnormal_resets - figures.undecided_resets;
  return (
    <span class="bar" aria-hidden="true">
      <i class="swatch-abnormal" style={{ width: width(figures.abnormal_resets) }} />
      <i class="swatch-undecided" style={{ width: width(figures.undecided_resets) }} />
      <i class="swatch-benign" style={{ width: width(benign) }} />
    </span>
  );
}

function GroupPicker() {
  const chosen = choices.value.groups;
  return (
    <fieldset class="segments small">
      <legend class="unseen">Group by</legend>
      {GROUPS.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            disabled={chosen.length === 1 && chosen.includes(name)}
            onChange={(event) => (choices.value = grouped(choices.value, name, event.currentTarget.checked))}
          />
          <span>{GROUP_WORDS[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}
