// Danger: an upgrade of a database with years of runs locks a table for as long as an index is built or rows are read again,
// and every worker stands still. No migration that has come since may have one of the forms that do; and the check that says
// so has to see each of them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { statementsIn } from '../../../store/schema/statements';
import { lockingForms, type MigrationFile } from './locking-forms';

const folder = join(__dirname, '..', '..', '..', 'migrations');
const files: MigrationFile[] = readdirSync(folder)
  .filter((name) => name.endsWith('.sql'))
  .sort()
  .map((name) => ({ name, sql: readFileSync(join(folder, name), 'utf8') }));

/** What is said of a migration that would come next. */
function judged(sql: string): string[] {
  return lockingForms([...files, { name: '9999.do.next.sql', sql }]);
}

const OUTSIDE = '-- Outside a transaction: x\n';

test('no migration locks a large table', () => {
  expect(files.length).toBeGreaterThan(12);
  expect(lockingForms(files)).toEqual([]);
});

test.each([
  ['CREATE INDEX x ON executions (worker)', 'not concurrently'],
  ['CREATE UNIQUE INDEX IF NOT EXISTS x ON nodes (step)', 'not concurrently'],
  ['CREATE INDEX CONCURRENTLY IF NOT EXISTS x ON executions (worker)', 'inside of a transaction'],
  [`${OUTSIDE}CREATE INDEX CONCURRENTLY x ON executions (worker)`, 'IF NOT EXISTS'],
  ['ALTER TABLE runs ADD COLUMN x timestamptz DEFAULT clock_timestamp()', 'not a constant'],
  ['ALTER TABLE runs ADD COLUMN y int, ADD COLUMN x uuid NOT NULL DEFAULT gen_random_uuid()', 'not a constant'],
  ['ALTER TABLE runs ADD COLUMN x int GENERATED ALWAYS AS (1) STORED', 'computed'],
  ['ALTER TABLE runs ADD COLUMN x text REFERENCES plans (hash)', 'with a constraint'],
  ['ALTER TABLE nodes ALTER COLUMN step SET NOT NULL', 'NOT NULL'],
  ['ALTER TABLE nodes ALTER step TYPE varchar(9)', 'type of a column'],
  ['ALTER TABLE nodes ALTER COLUMN step SET DATA TYPE varchar(9)', 'type of a column'],
  ["ALTER TABLE nodes ADD CONSTRAINT x CHECK (step <> ',')", 'NOT VALID'],
  ['ALTER TABLE executions ADD FOREIGN KEY (run_id) REFERENCES runs (id)', 'NOT VALID'],
  ['ALTER TABLE executions ADD CONSTRAINT x UNIQUE (worker)', 'NOT VALID'],
  ['ALTER TABLE nodes VALIDATE CONSTRAINT nodes_kind_check', 'inside of a transaction'],
  ["UPDATE nodes SET step = 'x'", 'not in batches'],
  [`${OUTSIDE}-- In batches\nUPDATE nodes SET step = 'x'`, 'not in batches'],
  ['DROP INDEX runs_by_start', 'not concurrently'],
  ['LOCK TABLE nodes', 'locked'],
  ['DO $$ BEGIN ALTER TABLE nodes ALTER step TYPE int; END $$', 'DO block'],
])('%s is refused', (sql, why) => {
  expect(judged(sql)).toEqual([expect.stringContaining(why)]);
});

test.each([
  'CREATE TABLE fresh (x int); CREATE INDEX x ON fresh (x); ALTER TABLE fresh ALTER x TYPE bigint',
  `${OUTSIDE}CREATE INDEX CONCURRENTLY IF NOT EXISTS x ON executions (worker)`,
  "ALTER TABLE runs ADD COLUMN x text, ADD COLUMN y boolean NOT NULL DEFAULT false, ADD COLUMN z text DEFAULT 'a, now()'",
  'ALTER TABLE nodes ADD CONSTRAINT x CHECK (step IS NOT NULL) NOT VALID',
  `${OUTSIDE}ALTER TABLE nodes ADD CONSTRAINT x CHECK (step IS NOT NULL) NOT VALID; ALTER TABLE nodes VALIDATE CONSTRAINT x;
   ALTER TABLE nodes ALTER COLUMN step SET NOT NULL; ALTER TABLE nodes DROP CONSTRAINT x`,
  `${OUTSIDE}-- In batches\nUPDATE nodes SET step = 'x' WHERE address IN (SELECT address FROM nodes WHERE step IS NULL LIMIT 500)`,
  "INSERT INTO plans VALUES ('UPDATE nodes; LOCK TABLE nodes', 'x', '{}')",
])('%s is let through', (sql) => {
  expect(judged(sql)).toEqual([]);
});

test('a semicolon in a text, a name, a comment or the body of a function ends no statement', () => {
  const sql = `-- a; b
    SELECT 'it''s; one' AS "a;b" /* ; */; -- In batches: of a few
    UPDATE t SET x = 1 - 1 / 1;
    CREATE FUNCTION f() RETURNS int AS $x$ BEGIN; $$;$$ END; $x$ LANGUAGE plpgsql;
    SELECT $1::text;`;
  expect(statementsIn(sql).map(({ text, inBatches }) => [text.slice(0, 12), inBatches])).toEqual([
    ["SELECT 'it''", false],
    ['UPDATE t SET', true],
    ['CREATE FUNCT', false],
    ['SELECT $1::t', false],
  ]);
});
