/** Order of names, which are plain ASCII: `localeCompare` would load the language's rules first, 7 ms. */
export function byName(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
