import { choices, choose, RANGES } from "../state/choices.ts";
import { rangeWords } from "./header.tsx";

/** Nothing to show: says why that may be, and what to do. */
export function Empty() {
  const { range, only } = choices.value;
  const longest = RANGES[RANGES.length - 1];
  const narrowed = Object.keys(only).length > 0;
  return (
    <section class="empty">
      <h2>
        {narrowed ? "No such connection has ended" : "No connection has ended"} in {rangeWords(range)}
      </h2>
      {narrowed ? (
        <p>
          The page is narrowed to what is named above.{" "}
          <button type="button" class="quiet" onClick={() => choose({ only: {} })}>
            Show everything
          </button>
        </p>
      ) : (
        <>
          <p>Figures appear here a few seconds after the first connection has ended where a collector watches.</p>
          <ul>
            <li>
              Start a collector: <code>./hangup collect -i eth0</code>
            </li>
            <li>
              See it at work with traffic of its own: <code>./hangup up --demo</code>
            </li>
            <li>
              Send a capture, its times moved to now: <code>./hangup collect -r FILE --shift-to-now</code>
            </li>
          </ul>
        </>
      )}
      {range !== longest && (
        <p>
          <button type="button" class="quiet" onClick={() => choose({ range: longest })}>
            Look at {rangeWords(longest)}
          </button>
        </p>
      )}
    </section>
  );
}
