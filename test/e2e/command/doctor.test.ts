/**
 * Danger: `doctor` finds faults in a stack that works, or none in a database that lacks its tables. The compiled command is run
 * against the stack that the tests share.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { z } from 'zod';

const root = join(__dirname, '../../..');
const run = promisify(execFile);
const Failed = z.object({ code: z.number(), stdout: z.string() });
const Answer = z.object({
  healthy: z.boolean(),
  findings: z.array(z.object({ check: z.string(), status: z.string(), found: z.string(), fix: z.string() })),
});

async function doctor(more: NodeJS.ProcessEnv = {}) {
  const env = {
    ...process.env,
    PERENNIAL_STATE: process.env['PERENNIAL_TEST_STATE'],
    PERENNIAL_PROJECT: root,
    ...more,
  };
  const command = [join(root, 'dist/cli/main.js'), 'doctor', '--json'];
  try {
    const { stdout } = await run(process.execPath, command, { env });
    return { ...Answer.parse(JSON.parse(stdout)), code: 0 };
  } catch (error) {
    const { code, stdout } = Failed.parse(error);
    return { ...Answer.parse(JSON.parse(stdout)), code };
  }
}

function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

test('a stack that runs is healthy: servers, schema, search attributes and ports', async () => {
  const { healthy, findings, code } = await doctor();
  expect(findings.filter(({ status }) => status === 'fail')).toEqual([]);
  expect({ healthy, code }).toEqual({ healthy: true, code: 0 });
  const found = Object.fromEntries(findings.map((finding) => [finding.check, finding]));
  expect(found['Temporal']).toMatchObject({ status: 'ok', found: like(/namespace default/) });
  expect(found['search attributes']).toMatchObject({ status: 'ok', found: 'all registered, all Keyword' });
  expect(found['Postgres']).toMatchObject({ status: 'ok', found: like(/schema (\d+) of \1$/) });
  expect(found['ports']).toMatchObject({
    status: 'ok',
    found: like(/^the stack's [34] ports answer$/),
  });
  expect(found['metrics']).toMatchObject({ status: 'ok', found: like(/^(http:\S+\/metrics, ){2}http:\S+\/metrics$/) });
  expect(found['step code']).toMatchObject({ status: 'ok', found: like(/steps in the pools/) });
  expect(found['ONNX Runtime']).toMatchObject({ status: 'ok', found: like(/cpu/) });
}, 60_000);

test('a step without code in its pool is told by name, with its pipeline and what to do', async () => {
  const { findings, code } = await doctor({ PERENNIAL_PROJECT: join(root, 'test/e2e/control/lacking') });
  expect(code).toBe(3);
  expect(findings.find(({ check }) => check === 'step code')).toMatchObject({
    status: 'fail',
    found: like(/PER_DEF_014.*step limp of the pipeline lame has no code in the pool 'gpu'/),
    fix: like(/implement/),
  });
}, 60_000);

test('a database without our tables is told to be migrated, by exit code 3', async () => {
  const url = new URL(process.env['PERENNIAL_TEST_DATABASE_URL'] ?? '');
  const admin = new Client({ connectionString: url.href });
  await admin.connect();
  const name = `empty_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  try {
    url.pathname = `/${name}`;
    const { findings, code } = await doctor({ DATABASE_URL: url.href });
    expect(code).toBe(3);
    expect(findings.filter(({ status }) => status === 'fail')).toEqual([
      {
        check: 'Postgres',
        status: 'fail',
        found: like(/not migrated/),
        fix: 'Run `perennial migrate`.',
      },
    ]);
  } finally {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}, 60_000);

test('where no stack runs and no server is named it ends with 3, and each failing row says its fix', async () => {
  const state = mkdtempSync(join(tmpdir(), 'perennial-doctor-'));
  try {
    const { healthy, findings, code } = await doctor({
      PERENNIAL_STATE: state,
      DATABASE_URL: '',
      TEMPORAL_ADDRESS: '',
    });
    expect({ healthy, code }).toEqual({ healthy: false, code: 3 });
    const failed = findings.filter(({ status }) => status === 'fail');
    expect(failed.map(({ check }) => check)).toEqual(['Temporal', 'Postgres']);
    for (const { fix } of failed) expect(fix).toContain('perennial up');
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}, 60_000);

test('servers that are named and do not answer fail by name, and no password is shown', async () => {
  // Nobody listens on the ports of the reserved name `invalid`.
  const none = { TEMPORAL_ADDRESS: 'temporal.invalid:7233', DATABASE_URL: 'postgres://a:secret@db.invalid/none' };
  const { findings, code } = await doctor(none);
  expect(code).toBe(3);
  const failed = findings.filter(({ status }) => status === 'fail');
  expect(failed.map(({ check }) => check)).toEqual(['Temporal', 'search attributes', 'Postgres']);
  expect(failed[0]?.fix).toContain('temporal.invalid:7233');
  expect(JSON.stringify(findings)).not.toContain('secret');
}, 60_000);
