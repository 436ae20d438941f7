import { clockTime } from "../format.ts";
import { figures, trouble } from "../state/figures.ts";

/** Says that the figures below are old, or why there are none. */
export function Banner() {
  const reason = trouble.value;
  if (reason === null) return null;
  const time = figures.value?.time;
  return (
    <div class="banner" role="alert">
      <strong>The API does not answer</strong>
      <span>
        {reason.replace(/\.$/, "")}. {time ? `The figures below are of ${clockTime(time)}. ` : ""}Trying again every 5
        seconds.
      </span>
    </div>
  );
}
