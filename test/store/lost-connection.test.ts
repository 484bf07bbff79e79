// Danger: a connection that drops between two queries (a restart of Postgres, a proxy, an operator) ends the whole worker
// by an event that nobody hears, and with it every execution that runs there.
import { Client, type Pool } from 'pg';
import { openDb, transaction } from '../../store/db';
import { createTestDatabase, type TestDatabase } from '../database';

jest.setTimeout(60_000);

let database: TestDatabase;
let db: Pool;
let operator: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 2 });
  operator = new Client({ connectionString: database.url });
  await operator.connect();
});

afterAll(async () => {
  await operator.end();
  await db.end();
  await database.drop();
});

async function terminate(pid: number): Promise<void> {
  await operator.query('SELECT pg_terminate_backend($1)', [pid]);
}

test('a connection that drops between two queries of a transaction fails it, and the next one works', async () => {
  const failed = transaction(db, async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const dropped = new Promise((resolve) => tx.once('end', resolve));
    // Without a listener of the transaction's own the process would end here.
    expect(tx.listenerCount('error')).toBe(1);
    await terminate(rows[0]?.pid ?? 0);
    await dropped;
    await tx.query('SELECT 1');
  });
  await expect(failed).rejects.toThrow(/connection|terminat/i);
  expect(db.totalCount).toBe(0);
  await expect(transaction(db, (tx) => tx.query('SELECT 1 AS one'))).resolves.toMatchObject({ rows: [{ one: 1 }] });
});

test('work that returns after its connection dropped is not said to be committed', async () => {
  const failed = transaction(db, async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const dropped = new Promise((resolve) => tx.once('end', resolve));
    await terminate(rows[0]?.pid ?? 0);
    await dropped;
    return 'done';
  });
  await expect(failed).rejects.toThrow(/connection|terminat/i);
});

test('listeners do not pile up on a connection that is used again', async () => {
  const count = () => transaction(db, (tx) => Promise.resolve(tx.listenerCount('error')));
  const first = await count();
  for (let i = 0; i < 5; i += 1) await count();
  expect(await count()).toBe(first);
});
