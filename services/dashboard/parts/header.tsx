import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { clockTime, span } from "../format.ts";
import { choices, choose, RANGES, range, type RangeName } from "../state/choices.ts";
import { figures, trouble } from "../state/figures.ts";

const RANGE_WORDS: Readonly<Record<RangeName, string>> = {
  "15m": "15 minutes",
  "1h": "1 hour",
  "6h": "6 hours",
  "24h": "24 hours",
};

/** `the last hour` */
export function rangeWords(name: RangeName): string {
  return name === "1h" ? "the last hour" : `the last ${RANGE_WORDS[name]}`;
}

export function Header() {
  return (
    <header class="header">
      <div class="brand">
        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
          <path d="M3 16h9" class="brand-line" />
          <path d="M20 16h9" class="brand-rest" />
          <path d="M14 10l4 12" class="brand-line" />
        </svg>
        <h1>Hangup</h1>
        <p>why TCP connections end</p>
      </div>
      <div class="controls">
        <Freshness />
        <RangePicker />
      </div>
    </header>
  );
}

function RangePicker() {
  return (
    <fieldset class="segments">
      <legend class="unseen">Range</legend>
      {RANGES.map((name) => (
        <label key={name}>
          <input
            type="radio"
            name="range"
            value={name}
            checked={range.value === name}
            onChange={() => choose({ range: name })}
          />
          <span>
            <span aria-hidden="true">{name.replace(/(\d+)/, "$1 ")}</span>
            <span class="unseen">{RANGE_WORDS[name]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** "updated 3 s ago", counting. */
function Freshness() {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const text = useComputed(() => {
    const answer = figures.value;
    if (!answer) return trouble.value === null ? "loading …" : "no figures yet";
    if (answer.choices !== choices.value) return "updating …";
    const age = now.value - answer.time;
    return age < 1_500 ? "updated just now" : `updated ${span(age)} ago`;
  });
  const time = figures.value?.time;
  return (
    <p class={trouble.value === null ? "freshness" : "freshness stale"} title={time ? `at ${clockTime(time)}` : ""}>
      <i aria-hidden="true" />
      {text}
    </p>
  );
}
