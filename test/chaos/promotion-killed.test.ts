// Danger: a process that is killed while it promotes leaves half a promotion, or its successor promotes a second time.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { openDb } from '../../store/db';
import { createModelVersion } from '../../store/models/create-model-version';
import { modelHistory } from '../../store/models/model-history';
import { createTestDatabase, type TestDatabase } from '../database';
import { anArtifact } from '../store/rows';
import { ChaosReport } from './report';

jest.setTimeout(60_000);

const PROCESSES = 3;
const DECISIONS = 40;
const KILLS_EACH = 4;
const report = new ChaosReport('promotion-killed', { seed: null, minimumLanded: PROCESSES * KILLS_EACH });
const at = '2001-02-01T00:00:00.000Z';

let database: TestDatabase;
let db: Pool;
let version: number;

beforeEach(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
  const artifact = await anArtifact(db, 'a');
  version = await createModelVersion(db, {
    model: 'm',
    artifact,
    trainer: 't',
    signature: {},
    metrics: {},
    evaluation: {},
    reference: artifact,
    trainedFrom: at,
    trainedTo: at,
    eventTime: at,
    run: 'r',
    address: 'a',
  });
});

afterEach(async () => {
  await db.end();
  await database.drop();
});

/** Runs one process over its decisions. Kills it after it has said `lines` words; returns true when it ended by itself. */
async function once(prefix: string, lines: number): Promise<boolean> {
  const args = [join(__dirname, 'promotion-worker.cjs'), 'm', String(version), prefix, '0', String(DECISIONS)];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DATABASE_URL: database.url },
  });
  let said = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString().split('\n').length - 1;
    if (said >= lines) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.once('close', (code) => resolve(code === 0)));
}

test('over many kills each decision is promoted once, and the log is whole', async () => {
  await Promise.all(
    Array.from({ length: PROCESSES }, async (_, p) => {
      // A killed process begins again at its first decision: what it had done must be recognised.
      for (let kill = 0; kill < KILLS_EACH; kill++) report.inject()(!(await once(`p${p}`, 3 + 7 * kill + p)));
      expect(await once(`p${p}`, Infinity)).toBe(true);
    }),
  );
  const log = (await modelHistory(db, 'm', { limit: 1_000 })).reverse();
  expect(log.map((row) => row.seq)).toEqual(log.map((_, i) => i + 1));
  const decisions = log.map((row) => row.decision_id);
  for (let i = 0; i < PROCESSES * DECISIONS; i++) {
    const id = `p${Math.floor(i / DECISIONS)}-${i % DECISIONS}`;
    report.once(decisions.filter((decision) => decision === id).length);
  }
  expect(new Set(decisions).size).toBe(decisions.length);
  expect(decisions).toHaveLength(PROCESSES * DECISIONS);
});

test('control: a log that lets a decision be written twice has it twice after a kill', async () => {
  await db.query('ALTER TABLE promotions DROP CONSTRAINT promotions_decision_id_key');
  expect(await once('c', 3)).toBe(false);
  expect(await once('c', Infinity)).toBe(true);
  const decisions = (await modelHistory(db, 'm', { limit: 1_000 })).map((row) => row.decision_id);
  report.control('a log without one row a decision', new Set(decisions).size < decisions.length);
});

test('every kill has landed, nothing was lost or made twice, and the control failed', () => {
  report.close();
});
