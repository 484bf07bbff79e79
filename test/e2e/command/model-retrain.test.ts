/**
 * Danger: a fresh stack whose model nobody can ask for, or asking that is lost or written down as something else. The
 * compiled command is run as a person runs it, against a database of its own, so that nobody acts on what it asks.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Pool } from 'pg';
import { z } from 'zod';
import { openDb } from '../../../store/db';
import { createTestDatabase, type TestDatabase } from '../../database';

jest.setTimeout(60_000);

const root = join(__dirname, '../../..');
const run = promisify(execFile);
const Failed = z.object({ code: z.number(), stdout: z.string() });

let database: TestDatabase;
let db: Pool;
let state: string;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
  state = await mkdtemp(join(tmpdir(), 'perennial-retrain-'));
});
afterAll(async () => {
  await db.end();
  await database.drop();
  await rm(state, { recursive: true, force: true });
});

/** Runs `perennial model retrain` with --json; its one object and its exit code. */
async function retrain(...args: string[]): Promise<{ result: unknown; code: number }> {
  const env = { ...process.env, DATABASE_URL: database.url, PERENNIAL_STATE: state, PERENNIAL_PROJECT: root };
  const command = [join(root, 'dist/cli/main.js'), 'model', 'retrain', ...args, '--json'];
  try {
    const { stdout } = await run(process.execPath, command, { env });
    return { result: JSON.parse(stdout), code: 0 };
  } catch (error) {
    const { code, stdout } = Failed.parse(error);
    return { result: JSON.parse(stdout), code };
  }
}

test('asking writes a cause of kind person down, in event time, and tells the keeper', async () => {
  const { result, code } = await retrain(
    ...['flight-delays', '--at', '2001-02-01T00:00:00.000Z', '--why', 'the first version', '--by', 'ana'],
  );
  expect(code).toBe(0);
  const told = z.object({ model: z.string(), cause: z.string(), eventTime: z.string() }).parse(result);
  expect(told).toMatchObject({ model: 'flight-delays', eventTime: '2001-02-01T00:00:00.000Z' });
  const causes = await db.query(`SELECT id, model, kind, event_time, evidence FROM causes`);
  expect(causes.rows).toEqual([
    {
      id: told.cause,
      model: 'flight-delays',
      kind: 'person',
      event_time: told.eventTime,
      evidence: { by: 'ana', why: 'the first version' },
    },
  ]);
  const outbox = await db.query(`SELECT id, payload ->> 'model' AS model FROM outbox`);
  expect(outbox.rows).toEqual([{ id: `cause:${told.cause}`, model: 'flight-delays' }]);
});

test('where the data tell the time and nothing has been judged, it says that --at is needed', async () => {
  const { result, code } = await retrain('flight-delays');
  expect(code).toBe(2);
  expect(result).toMatchObject({
    error: { code: 'PER_KEEP_002', message: expect.stringContaining('--at') as unknown },
  });
});

test('an unknown model and an event time to come are refused, and nothing is written', async () => {
  const before = await db.query(`SELECT count(*) FROM causes`);
  const at = new Date(Date.now() + 3_600_000).toISOString();
  expect(await retrain('flight-delay', '--at', '2001-02-01T00:00:00.000Z')).toMatchObject({
    result: { error: { code: 'PER_KEEP_001', message: expect.stringContaining('flight-delays') as unknown } },
    code: 2,
  });
  expect(await retrain('flight-delays', '--at', at)).toMatchObject({
    result: { error: { code: 'PER_KEEP_009' } },
    code: 2,
  });
  expect((await db.query(`SELECT count(*) FROM causes`)).rows).toEqual(before.rows);
});
