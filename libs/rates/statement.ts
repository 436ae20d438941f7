/** SQL text and the values of its `{name:Type}` parameters: a value from outside never becomes SQL text. */
export interface Statement {
  readonly sql: string;
  readonly params: Readonly<Record<string, StatementValue>>;
}

export type StatementValue = string | number | readonly StatementValue[];
