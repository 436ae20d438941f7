import { refused } from "./shape.ts";

/** Functions that no honest question needs. Grants stop none of them: they count as plain functions. */
const REFUSED_FUNCTIONS: Readonly<Record<string, string>> = {
  file: "reads files of the server",
  catboostevaluate: "reads files of the server",
  showcertificate: "tells how the server is set up",
  sleep: "only keeps the server waiting",
  sleepeachrow: "only keeps the server waiting",
  logtrace: "writes to the server's log",
  getclienthttpheader: "shows the credentials of this service",
  aiclassify: "sends data to another host",
  aiembed: "sends data to another host",
  aiextract: "sends data to another host",
  aigenerate: "sends data to another host",
  aitranslate: "sends data to another host",
};

/** Table functions that read nothing but their arguments. Everything else reaches files, other hosts or other text. */
const ALLOWED_TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  "numbers",
  "numbers_mt",
  "zeros",
  "zeros_mt",
  "generate_series",
  "generateseries",
  "generaterandom",
  "primes",
  "values",
  "view",
  "null",
]);

/** Databases that tell how the server is set up and where its files are. */
const REFUSED_DATABASES: ReadonlySet<string> = new Set(["system", "information_schema"]);

/**
 * The statement that makes ClickHouse tell what a SELECT would call, without running any of it. In parentheses, so
 * that no clause of the reader's can change the form of the answer.
 */
export function treeStatement(select: string): string {
  return `EXPLAIN QUERY TREE run_passes = 0 SELECT * FROM (\n${select}\n)`;
}

/**
 * Judges a query tree, the answer to `treeStatement`. Every name in it is looked at wherever it stands, since an alias may
 * be spelled to look like a part of the tree: that can only add names. A function's bare name counts too: `arrayMap(file,
 * …)` calls it.
 * @throws HangupError HANGUP_SQL_REFUSED naming the function, table function, database or setting.
 */
export function judgeTree(tree: string): void {
  // readonly = 1 guards the outermost SELECT alone: within a subquery the server lets a reader change any setting.
  const setting = /^\s*SETTINGS (\w+)=/m.exec(tree);
  if (setting) throw refused(`it changes setting ${setting[1]}`, "Leave the SETTINGS clause out");
  for (const [, label, written] of tree.matchAll(/\b(table_function_name|function_name|identifier): ([^,\n]*)/g)) {
    const name = written.trim().toLowerCase();
    if (label === "table_function_name") judgeTableFunction(name);
    else judgeFunction(name);
    if (label === "identifier") judgeIdentifier(name);
  }
}

function judgeFunction(name: string): void {
  const last = name.slice(name.lastIndexOf(".") + 1);
  if (Object.hasOwn(REFUSED_FUNCTIONS, last)) throw refused(`function ${last}() ${REFUSED_FUNCTIONS[last]}`);
}

function judgeTableFunction(name: string): void {
  if (ALLOWED_TABLE_FUNCTIONS.has(name)) return;
  throw refused(
    `table function ${name}() reaches beyond database hangup`,
    "Read the tables of hangup; numbers() and values() are allowed",
  );
}

function judgeIdentifier(name: string): void {
  const [database, ...rest] = name.split(".");
  // A SELECT without FROM stands in the tree as one from system.one.
  if (rest.length === 0 || name === "system.one" || !REFUSED_DATABASES.has(database)) return;
  throw refused(`it reads database ${database}`, "SHOW TABLES and DESCRIBE tell what there is in hangup");
}
