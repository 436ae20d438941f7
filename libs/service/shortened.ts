/** The beginning of a long text, and how much more there is; what is hardly longer stays whole. */
export function shortened(text: string, most = 200): string {
  if (text.length <= most + 25) return text;
  // no half of a character that takes two
  const beginning = text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
  return `${beginning}… (${text.length - beginning.length} characters more)`;
}
