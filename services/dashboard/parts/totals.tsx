import type { ComponentChildren } from "preact";
import type { Figures } from "../api/shapes.ts";
import { count, percent } from "../format.ts";

/** The four figures of the range, each rate with its numerator and denominator. */
export function Totals({ totals }: { readonly totals: Figures }) {
  const undecided = totals.undecided_resets > 0;
  return (
    <dl class="totals">
      <Total name="Connections ended" value={count(totals.teardowns)}>
        {count(totals.fins)} by FIN, {count(totals.resets)} by RST, {count(totals.timeouts)} by silence
      </Total>
      <Total name="RST rate" value={percent(totals.rst_rate)}>
        {count(totals.resets)} of {count(totals.teardowns)} ended
        {totals.orphan_resets > 0 && (
          <span title="RSTs of connections of which nothing else was seen: in no rate">
            , {count(totals.orphan_resets)} {totals.orphan_resets === 1 ? "orphan" : "orphans"} apart
          </span>
        )}
      </Total>
      <Total
        name="Abnormal RST rate"
        meaning="abnormal"
        value={
          undecided ? (
            <Range least={totals.abnormal_rst_rate} most={totals.abnormal_rst_rate_max} />
          ) : (
            percent(totals.abnormal_rst_rate)
          )
        }
      >
        {count(totals.abnormal_resets)} of {count(totals.teardowns)} ended
        {undecided && <>, {count(totals.undecided_resets)} undecided</>}
      </Total>
      <Total name="Refused" value={percent(totals.refused_rate)}>
        {count(totals.refused)} of {count(totals.attempts)} attempts
        {totals.failed_attempts > totals.refused && (
          <span title="Refused, unanswered, or reset before the handshake was complete">
            , {count(totals.failed_attempts)} failed in all
          </span>
        )}
      </Total>
    </dl>
  );
}

/** Where the capture cannot tell benign from abnormal, the rate lies between two. */
function Range({ least, most }: { readonly least: number | null; readonly most: number | null }) {
  return (
    <>
      {percent(least).replace(/\s*%/u, "")}–{percent(most)}
    </>
  );
}

function Total(props: {
  readonly name: string;
  readonly value: ComponentChildren;
  readonly meaning?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="total">
      <dt>
        {props.meaning && <i class={`swatch swatch-${props.meaning}`} aria-hidden="true" />}
        {props.name}
      </dt>
      <dd class="total-value">{props.value}</dd>
      <dd class="total-of">{props.children}</dd>
    </div>
  );
}
