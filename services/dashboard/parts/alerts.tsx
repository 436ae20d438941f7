import type { Alert } from "../api/shapes.ts";
import { percent, span } from "../format.ts";
import { choose } from "../state/choices.ts";
import { causes } from "../state/figures.ts";

/** Firing alerts, newest first. Nothing when there are none: calm is the normal state. */
export function Alerts({ alerts, now }: { readonly alerts: readonly Alert[]; readonly now: number }) {
  if (alerts.length === 0) return null;
  return (
    <section class="alerts" aria-label={`${alerts.length} firing ${alerts.length === 1 ? "alert" : "alerts"}`}>
      {alerts.map((alert) => (
        <FiringAlert key={alert.id} alert={alert} now={now} />
      ))}
    </section>
  );
}

function FiringAlert({ alert, now }: { readonly alert: Alert; readonly now: number }) {
  const benign = causes.value.get(alert.cause)?.benign === true;
  const name = `${alert.cause} on port ${alert.port}`;
  const title = alert.summary.startsWith(name) ? name : "";
  return (
    <article class={benign ? "alert alert-benign" : "alert"}>
      <div class="alert-rates" aria-hidden="true">
        <span class="alert-from">{alert.baseline_teardowns === 0 ? "–" : percent(alert.baseline_rate)}</span>
        <svg viewBox="0 0 16 10" width="16" height="10">
          <path d="M1 5h13M10 1l4 4-4 4" />
        </svg>
        <span class="alert-to">{percent(alert.rate)}</span>
      </div>
      <div class="alert-text">
        <p>
          <strong>{title}</strong>
          {alert.summary.slice(title.length)}
        </p>
        <p class="alert-age">firing for {span(now - Date.parse(alert.started_time))}</p>
      </div>
      <button
        type="button"
        class="quiet"
        onClick={() => choose({ only: { port: String(alert.port), cause: alert.cause } })}
      >
        Show only these
      </button>
    </article>
  );
}
