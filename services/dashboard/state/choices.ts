import { computed, effect, signal } from "@preact/signals";

/** What the person chose to see. All of it stands in the address, so that a view can be sent to a colleague. */
export const RANGES = ["15m", "1h", "6h", "24h"] as const;
export type RangeName = (typeof RANGES)[number];

export const GROUPS = ["host", "port", "cause"] as const;
export type GroupName = (typeof GROUPS)[number];

export const COLUMNS = [
  "resets",
  "teardowns",
  "rst_rate",
  "abnormal_rst_rate",
  "failed_attempts",
  "refused",
  "refused_rate",
  "timeouts",
] as const;
export type ColumnName = (typeof COLUMNS)[number];

export interface Choices {
  readonly range: RangeName;
  /** Never empty. */
  readonly groups: readonly GroupName[];
  readonly order: { readonly by: GroupName | ColumnName; readonly descending: boolean };
  /** Only these: what was clicked in the table. */
  readonly only: Readonly<Partial<Record<GroupName, string>>>;
}

export const DEFAULTS: Choices = {
  range: "1h",
  groups: GROUPS,
  order: { by: "resets", descending: true },
  only: {},
};

/** `?range=6h&group_by=host,port&order_by=rst_rate:desc&port=443`; what cannot be used is the default. */
export function parseChoices(search: string): Choices {
  const given = new URLSearchParams(search);
  const groups = (given.get("group_by") ?? "").split(",").filter((name) => GROUPS.includes(name as GroupName));
  const [by, direction] = (given.get("order_by") ?? "").split(":");
  const sortable = [...GROUPS, ...COLUMNS].includes(by as ColumnName);
  const only: Partial<Record<GroupName, string>> = {};
  for (const name of GROUPS) {
    const value = given.get(name);
    if (value) only[name] = value;
  }
  return {
    range: RANGES.find((name) => name === given.get("range")) ?? DEFAULTS.range,
    groups: groups.length === 0 ? DEFAULTS.groups : GROUPS.filter((name) => groups.includes(name)),
    order: sortable ? { by: by as ColumnName, descending: direction !== "asc" } : DEFAULTS.order,
    only,
  };
}

/** The reverse: '' for the defaults. */
export function formatChoices({ range, groups, order, only }: Choices): string {
  const query = new URLSearchParams();
  if (range !== DEFAULTS.range) query.set("range", range);
  if (groups.length !== GROUPS.length) query.set("group_by", groups.join());
  if (order.by !== DEFAULTS.order.by || !order.descending) query.set("order_by", orderText(order));
  for (const name of GROUPS) if (only[name] !== undefined) query.set(name, only[name]);
  return query.size === 0 ? "" : `?${query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",")}`;
}

export function orderText(order: Choices["order"]): string {
  return `${order.by}:${order.descending ? "desc" : "asc"}`;
}

/** The next order when a column's head is pressed: the other way round when it is the same; figures begin with the highest. */
export function ordered(choices: Choices, by: GroupName | ColumnName): Choices {
  const same = choices.order.by === by;
  const descending = same ? !choices.order.descending : COLUMNS.includes(by as ColumnName);
  return { ...choices, order: { by, descending } };
}

/** With or without one group; the last one stays, and an order by a group that is gone becomes the default. */
export function grouped(choices: Choices, name: GroupName, wanted: boolean): Choices {
  const groups = GROUPS.filter((group) => (group === name ? wanted : choices.groups.includes(group)));
  if (groups.length === 0) return choices;
  const lost = GROUPS.includes(choices.order.by as GroupName) && !groups.includes(choices.order.by as GroupName);
  return { ...choices, groups, order: lost ? DEFAULTS.order : choices.order };
}

export const choices = signal<Choices>(DEFAULTS);
export const range = computed(() => choices.value.range);

export function choose(change: Partial<Choices>): void {
  choices.value = { ...choices.value, ...change };
}

function readAddress(): void {
  choices.value = parseChoices(location.search);
}

/** Reads the address now and when the person goes back, and writes each choice into it. */
export function followAddress(): void {
  readAddress();
  addEventListener("popstate", readAddress);
  effect(() => {
    const search = formatChoices(choices.value);
    if (search !== location.search) history.pushState(null, "", `${location.pathname}${search}`);
  });
}
