import { isOutsideTransaction, type Statement, statementsIn } from '../../../store/schema/statements';

/** A migration as a file. */
export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
}

/** From this one on none may lock a large table. */
const FIRST = 13;

/** What of some migrations would lock a large table for as long as it is large, each with its file. */
export function lockingForms(files: readonly MigrationFile[]): string[] {
  const before = new Set<string>();
  const history: Statement[] = [];
  return files.flatMap(({ name, sql }) => {
    const statements = statementsIn(sql);
    const outside = isOutsideTransaction(sql);
    const made = statements.flatMap(({ text }) => /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)/i.exec(text)?.[1] ?? []);
    const faults = statements.flatMap((statement) => {
      const found = faultsOf(statement, { isLarge: (table) => before.has(table), outside, history });
      history.push(statement);
      return found.map((fault) => `${name}: ${fault}: ${flat(statement.text).slice(0, 80)}`);
    });
    for (const table of made) before.add(table);
    return Number(name.slice(0, 4)) >= FIRST ? faults : [];
  });
}

interface Around {
  /** Whether a table was there before this migration, with who knows how many rows. */
  readonly isLarge: (table: string) => boolean;
  readonly outside: boolean;
  readonly history: readonly Statement[];
}

function faultsOf({ text, inBatches }: Statement, around: Around): string[] {
  const sql = flat(text);
  const altered = /^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?(\w+) (.*)$/i.exec(sql);
  if (altered !== null) {
    const [, table = '', rest = ''] = altered;
    return around.isLarge(table) ? actionsIn(rest).flatMap((action) => faultsOfAction(table, action, around)) : [];
  }
  const index = /^CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?(IF NOT EXISTS )?.*?\bON (?:ONLY )?(\w+)/i.exec(sql);
  if (index !== null) return faultsOfIndex(index, around);
  const written = /^(?:UPDATE|DELETE FROM) (?:ONLY )?(\w+)/i.exec(sql)?.[1];
  if (written !== undefined && around.isLarge(written)) {
    const bounded = inBatches && around.outside && /\bLIMIT \d+/i.test(sql);
    return bounded ? [] : ['rows are changed, and not in batches'];
  }
  if (/^DO\b/i.test(sql)) return ['nobody sees what a DO block locks'];
  if (/^(LOCK|CLUSTER|VACUUM FULL)\b/i.test(sql)) return ['the table is locked'];
  if (/^(DROP INDEX|REINDEX)\b(?!.*\bCONCURRENTLY\b)/i.test(sql)) return ['an index is replaced, and not concurrently'];
  return [];
}

function faultsOfIndex([, concurrently, ifNotExists, table = '']: readonly string[], around: Around): string[] {
  if (!around.isLarge(table)) return [];
  if (concurrently === undefined) return ['an index is built, and not concurrently'];
  if (!around.outside) return ['an index is built concurrently inside of a transaction'];
  return ifNotExists === undefined ? ['after a kill the index is there already: IF NOT EXISTS'] : [];
}

function faultsOfAction(table: string, action: string, around: Around): string[] {
  if (/^ADD (COLUMN )?(IF NOT EXISTS )?(?!CONSTRAINT|CHECK|FOREIGN|UNIQUE|PRIMARY|EXCLUDE)/i.test(action)) {
    return faultsOfColumn(action);
  }
  if (/^ADD\b/i.test(action)) {
    return /\bNOT VALID$|\bUSING INDEX\b/i.test(action)
      ? []
      : ['a constraint is added, and its rows are read: NOT VALID'];
  }
  if (/^VALIDATE\b/i.test(action)) return around.outside ? [] : ['a constraint is validated inside of a transaction'];
  if (/^ALTER (COLUMN )?\w+ (SET DATA )?TYPE\b/i.test(action)) return ['the type of a column is changed'];
  const column = /^ALTER (?:COLUMN )?(\w+) SET NOT NULL/i.exec(action)?.[1];
  if (column !== undefined && !isKnownNotNull(table, column, around.history)) {
    return ['a column is made NOT NULL without a validated check'];
  }
  return [];
}

function faultsOfColumn(action: string): string[] {
  const rest = action.replace(/^ADD (COLUMN )?/i, '');
  if (/\bGENERATED\b|\bSERIAL\b|\bBIGSERIAL\b/i.test(rest)) return ['a column is added whose values are computed'];
  if (/\b(REFERENCES|CHECK|UNIQUE|PRIMARY KEY)\b/i.test(rest)) return ['a column is added with a constraint'];
  const value = /\bDEFAULT (.+)$/i.exec(rest)?.[1];
  const isConstant =
    value === undefined || /^('(?:[^']|'')*'(::\w+)?|-?[\d.]+|true|false|null)( NOT NULL)?$/i.test(value);
  return isConstant ? [] : ['a column is added whose default is not a constant'];
}

/** Whether an earlier statement has validated a check that says so: the rows are not read again then. */
function isKnownNotNull(table: string, column: string, history: readonly Statement[]): boolean {
  const said = history.map(({ text }) => flat(text));
  const check = new RegExp(
    `^ALTER TABLE ${table} ADD CONSTRAINT (\\w+) CHECK \\(${column} IS NOT NULL\\) NOT VALID$`,
    'i',
  );
  const name = said.map((sql) => check.exec(sql)?.[1]).find((one) => one !== undefined);
  return (
    name !== undefined && said.some((sql) => sql.toUpperCase().endsWith(`VALIDATE CONSTRAINT ${name.toUpperCase()}`))
  );
}

/** What an ALTER TABLE does, one by one: commas inside of brackets or texts part nothing. */
function actionsIn(rest: string): string[] {
  let depth = 0;
  const parts = [''];
  for (const [token] of rest.matchAll(/'(?:[^']|'')*'|[\s\S]/g)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${token}`);
  }
  return parts.map((part) => part.trim());
}

function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
