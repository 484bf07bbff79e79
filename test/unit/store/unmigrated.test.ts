/**
 * Danger: who forgets `perennial migrate` reads a stack trace of pg; or an error of the user's own table is told as one, or a
 * password is printed.
 */
import { openDb } from '../../../store/db';
import { newestMigration } from '../../../store/migrate';
import { unmigrated } from '../../../store/unmigrated';

const URL_OF = 'postgresql://ana:hunter2@db.example:5433/records';
const lacking = Object.assign(new Error('relation "runs" does not exist'), { code: '42P01' });

/** A database that has had migrations up to a number; null: none. */
function having(applied: number | null) {
  const db = openDb(URL_OF);
  const answers = applied === null ? [[{ there: false }]] : [[{ there: true }], [{ newest: String(applied) }]];
  Object.assign(db, { query: () => Promise.resolve({ rows: answers.shift() }) });
  return db;
}

test.each([
  ['no migration', null, 'The database records at db.example:5433 has had no migration.'],
  ['too few', 1, `The database records at db.example:5433 has had 1 of ${newestMigration()} migrations.`],
])('a database with %s says which it is, and the verb that mends it', async (_name, applied, said) => {
  const error = await unmigrated(having(applied), URL_OF, lacking);
  expect(error).toMatchObject({ code: 'PER_STACK_100', detail: said, cause: lacking });
  expect(String(error)).toContain('perennial migrate');
  expect(String(error)).not.toContain('hunter2');
});

test('an undefined column counts too, and what another error came from', async () => {
  const cause = Object.assign(new Error('column "pinned_to" does not exist'), { code: '42703' });
  const error = new Error('the runs cannot be listed', { cause });
  await expect(unmigrated(having(1), URL_OF, error)).resolves.toMatchObject({ code: 'PER_STACK_100' });
});

test('in a database that is up to date an unknown table is a mistake of whoever asks for it', async () => {
  await expect(unmigrated(having(newestMigration()), URL_OF, lacking)).resolves.toBe(lacking);
});

test('any other error stays what it is', async () => {
  const other = Object.assign(new Error('deadlock'), { code: '40P01' });
  await expect(unmigrated(having(null), URL_OF, other)).resolves.toBe(other);
});
