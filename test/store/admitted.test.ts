// Danger: a process that began while its records were away gets those of a preview when they come, and nobody asks.
import { openDb } from '../../store/db';
import { refuseMixedRecords } from '../../store/previews/refuse-mixed';
import { createTestDatabase } from '../database';

test('no connection is handed out that would mix, for a query or a transaction; once they belong together all are', async () => {
  const database = await createTestDatabase();
  const admin = openDb(database.url, { max: 1 });
  const own = { databaseUrl: database.url, temporalNamespace: 'default', artifacts: '/a', artifactsBase: null };
  const db = openDb(database.url, { admit: (client) => refuseMixedRecords(client, { ...own, preview: null }) });
  await admin.query(`INSERT INTO preview VALUES ('fix-age', 'n', 'b', false, '{}', now())`);
  for (let i = 0; i < 3; i += 1) {
    await expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'PER_STACK_089' });
    await expect(db.connect()).rejects.toMatchObject({ code: 'PER_STACK_089' });
  }
  expect(db.totalCount).toBe(0);
  await admin.query('DELETE FROM preview');
  expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await Promise.all([db.end(), admin.end()]);
  await database.drop();
});
