/** One statement of a migration. */
export interface Statement {
  /** Without comments and the semicolon. */
  readonly text: string;
  /** A comment `-- In batches` stands before it: it is done again and again until it touches no row. */
  readonly inBatches: boolean;
}

/** Comments, texts, quoted names and bodies of functions, in which a semicolon ends nothing; else one character or a run of plain ones. */
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<tag>\$\w*\$)[\s\S]*?\k<tag>|[^-/'"$;]+|[\s\S]/g;

/** The statements of an SQL file, in their order. */
export function statementsIn(sql: string): Statement[] {
  const found: Statement[] = [];
  let text = '';
  let inBatches = false;
  const end = (): void => {
    if (text.trim() !== '') found.push({ text: text.trim(), inBatches });
    text = '';
    inBatches = false;
  };
  for (const [token] of sql.matchAll(TOKEN)) {
    if (token === ';') end();
    else if (token.startsWith('--')) inBatches ||= /^--\s*in batches\b/i.test(token);
    else if (!token.startsWith('/*')) text += token;
  }
  end();
  return found;
}

/** Whether a migration says in its first line that it is done statement by statement, each by itself. */
export function isOutsideTransaction(sql: string): boolean {
  return /^--\s*outside a transaction\b/i.test(sql);
}
