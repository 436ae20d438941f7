import { DIMENSION_NAMES, DIMENSIONS, dimensionOf, type DimensionName, type Filters } from "@hangup/rates";
import { formatAddress, isMappedIPv4, parseAddress } from "@hangup/teardowns";
import { BadValue, badParameter, oneOf, ParameterError } from "./parameter-error.ts";

/** Stands for the empty value of a name: `sender=none` asks for rows without a sender. */
const NONE = "none";

/** A filter's text → the value as stored: addresses as IPv6 text, ports as numbers. @throws BadValue */
export function filterValue(name: DimensionName, text: string): string | number {
  const { sqlType, values } = dimensionOf(name);
  if (sqlType === "IPv6") return storedAddress(text);
  if (sqlType === "UInt16") {
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new BadValue("not a port, 0 to 65535", { given: text });
    return Number(text);
  }
  if (values === null) {
    if (text === "") throw new BadValue("empty", { given: text });
    return text;
  }
  const allowed = values.map((value) => (value === "" ? NONE : value));
  const value = oneOf(text, allowed, `a known ${name}`);
  return value === NONE && values.includes("") ? "" : value;
}

function storedAddress(text: string): string {
  const bytes = parseAddress(text);
  if (bytes === null) {
    const hint = text.includes("/") ? "a single address is expected, not a network" : "not an IPv4 or IPv6 address";
    throw new BadValue(hint, { given: text });
  }
  return isMappedIPv4(bytes) ? `::ffff:${formatAddress(bytes)}` : formatAddress(bytes);
}

/** `port=80,443&port=8080` → `["80", "443", "8080"]`. */
export function listItems(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(",")).map((item) => item.trim());
}

/** The filters among these parameters. @throws ParameterError naming the first that cannot be used. */
export function filtersOf(parameters: Partial<Record<DimensionName, readonly string[] | undefined>>): Filters {
  const filters: Filters = {};
  for (const { name } of DIMENSIONS) {
    const given = parameters[name];
    if (given === undefined || given.length === 0) continue;
    filters[name] = listItems(given).map((item) => {
      try {
        return filterValue(name, item);
      } catch (error) {
        if (error instanceof BadValue) throw new ParameterError(badParameter(name, item, error));
        throw error;
      }
    });
  }
  return filters;
}

/** `host,port` → dimensions, each once. @throws ParameterError */
export function groupByOf(given: readonly string[] | undefined): DimensionName[] {
  const names = given === undefined ? [] : listItems(given).filter((item) => item !== "");
  const groupBy = names.map((item) => {
    try {
      return oneOf(item, DIMENSION_NAMES, "a dimension");
    } catch (error) {
      if (error instanceof BadValue) throw new ParameterError(badParameter("group_by", item, error));
      throw error;
    }
  });
  return [...new Set(groupBy)];
}
