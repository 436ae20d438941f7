import { choices, choose, GROUPS, type GroupName } from "../state/choices.ts";

/** What the page is narrowed to; each can be removed. */
export function Filters() {
  const { only } = choices.value;
  const names = GROUPS.filter((name) => only[name] !== undefined);
  if (names.length === 0) return null;
  return (
    <ul class="filters" aria-label="Shown only">
      {names.map((name) => (
        <li key={name}>
          <span class="muted">{name}</span> {only[name]}
          <button
            type="button"
            aria-label={`Show every ${name} again`}
            onClick={() => choose({ only: without(only, name) })}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

function without(
  only: Readonly<Partial<Record<GroupName, string>>>,
  name: GroupName,
): Partial<Record<GroupName, string>> {
  return Object.fromEntries(Object.entries(only).filter(([key]) => key !== name));
}
