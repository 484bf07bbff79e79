/**
 * Danger: the command tells something else than the records hold: a node missing from `show`, a champion of the wrong time,
 * a list that cannot be paged. The verbs are the real ones, on a real database, in this process.
 */
import type { Pool } from 'pg';
import { z } from 'zod';
import { buildProgram } from '../../cli/main';
import { pipeline, planHash, step } from '../../core';
import { openDb } from '../../store/db';
import { createModelVersion } from '../../store/models/create-model-version';
import { promote } from '../../store/models/promote';
import { claimNode } from '../../store/nodes/claim-node';
import { noteNodes } from '../../store/nodes/note-nodes';
import { recordNode } from '../../store/nodes/record-node';
import { addPlan } from '../../store/plans/add-plan';
import { beginRun } from '../../store/runs/begin-run';
import { endRun } from '../../store/runs/end-run';
import { createTestDatabase, type TestDatabase } from '../database';
import { anArtifact, aRun } from './rows';

let database: TestDatabase;
let db: Pool;
const before = { ...process.env };

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 2 });
  process.env['DATABASE_URL'] = database.url;
});
afterAll(async () => {
  process.env = before;
  await db.end();
  await database.drop();
});

/** Runs the command with --json: its objects, and the exit code. */
async function perennial(...args: string[]): Promise<{ lines: unknown[]; code: unknown }> {
  const printed: string[] = [];
  const spy = jest.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  const code = process.exitCode;
  try {
    await buildProgram().parseAsync(['node', 'perennial', ...args, '--state', '/nowhere/at/all', '--json']);
    return { lines: printed.map((line): unknown => JSON.parse(line)), code: process.exitCode };
  } finally {
    process.exitCode = code ?? 0;
    spy.mockRestore();
  }
}

const cost = { wallMs: 10, cpuMs: 5, peakRss: null, gpuMs: 0, estimated: true };
const claimant = (run: string, address: string) => ({
  ...{ run, address, node: address, step: address, pool: 'cpu', input: {}, worker: 'w', device: null, attempt: 1 },
});

describe('show', () => {
  test('tells every node of a run with its executions, why it ran, and what waits', async () => {
    const run = await aRun(db, 'show-1');
    const cache = { hit: false, differed: ['input'] } as const;
    await recordNode(db, claimant(run, 'collect'), { output: { rows: 1 }, cache, cost, entry: null });
    await claimNode(db, claimant(run, 'train'));
    await claimNode(db, claimant(run, 'train'));
    const input = { late: 0.31 };
    await noteNodes(db, run, [{ address: 'release', node: 'release', kind: 'approval', status: 'waiting', input }]);

    const { lines, code } = await perennial('show', run);
    expect(code).toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      run: { id: run, status: 'running' },
      nodes: [
        { address: 'collect', status: 'completed', output: { rows: 1 }, cache },
        { address: 'train', status: 'running', fence: 2 },
        { address: 'release', kind: 'approval', status: 'waiting', input },
      ],
      executions: [
        { address: 'collect', outcome: 'committed' },
        { address: 'train', fence: 1, outcome: 'lost' },
        { address: 'train', fence: 2, outcome: null },
      ],
      cost: { executions: 1, cpu_ms: 5 },
    });
  });

  test('pages by address, with the executions of the page alone', async () => {
    const run = await aRun(db, 'show-2');
    for (const address of ['a', 'b', 'c']) await claimNode(db, claimant(run, address));
    const first = await perennial('show', run, '--limit', '2');
    const second = await perennial('show', run, '--limit', '2', '--after', 'b');
    expect(first.lines[0]).toMatchObject({
      nodes: [{ address: 'a' }, { address: 'b' }],
      executions: [{ address: 'a' }, { address: 'b' }],
    });
    expect(second.lines[0]).toMatchObject({ nodes: [{ address: 'c' }], executions: [{ address: 'c' }] });
  });

  test('one node in full: its artifacts, its executions and no other, and the cache entry that keeps its output', async () => {
    const run = await aRun(db, 'show-node-1');
    const later = await aRun(db, 'show-node-2');
    const [given, made] = [await anArtifact(db, '1'), await anArtifact(db, '2')];
    const by = { ...claimant(run, 'train'), input: { dataset: given, seed: 1, unrecorded: '3'.repeat(64) } };
    const output = { model: made, from: given };
    const entry = { key: 'key-1', step: 'train', parts: { code: 'c', input: 'i', environment: 'e' } };
    await claimNode(db, by);
    await recordNode(db, by, { output, cache: { hit: false, differed: ['first'] }, cost, entry });
    const hit = { hit: true, from: { run, address: 'train' } } as const;
    await recordNode(db, { ...by, run: later }, { output, cache: hit, cost, entry: null });
    await claimNode(db, claimant(run, 'train-2'));

    const { lines, code } = await perennial('show', run, '--node', 'train');
    expect(code).toBe(0);
    expect(lines).toMatchObject([
      {
        run: { id: run },
        node: { address: 'train', input: { seed: 1 }, output },
        artifacts: [
          { digest: given, side: 'input', kind: 'model', bytes: 1 },
          { digest: given, side: 'output' },
          { digest: made, side: 'output' },
        ],
        executions: [
          { address: 'train', fence: 1, outcome: 'lost' },
          { address: 'train', fence: 2, outcome: 'committed' },
        ],
        costs: [{ address: 'train', fence: 2 }],
        entry: { key: 'key-1', parts: entry.parts },
      },
    ]);
    const ofHit = await perennial('show', later, '--node', 'train');
    expect(ofHit.lines).toMatchObject([{ node: { cache: hit }, entry: { key: 'key-1', run_id: run } }]);
    const open = await perennial('show', run, '--node', 'train-2');
    expect(open.lines).toMatchObject([{ artifacts: [], entry: null, executions: [{ outcome: null }] }]);
    expect(await perennial('show', run, '--node', 'nowhere')).toMatchObject({
      lines: [{ error: { code: 'PER_RUN_036', message: expect.stringContaining("'nowhere'") as unknown } }],
      code: 2,
    });
  });

  test('tells which steps are never cached, by the plan that the run was started with', async () => {
    const never = step('never', { input: z.number(), output: z.number(), cache: false });
    const often = step('often', { input: z.number(), output: z.number() });
    const twice = pipeline('twice', { config: z.object({}), graph: (g) => g.run(often, g.run(never, 1)) });
    const planHashOf = planHash(twice.plan);
    await addPlan(db, planHashOf, twice.plan);
    const about = { pipeline: 'twice', config: {}, build: 'b', model: null, decisionId: null, parentRun: null };
    await beginRun(db, { id: 'show-plan', planHash: planHashOf, temporalRunId: 't', ...about });
    expect((await perennial('show', 'show-plan')).lines).toMatchObject([{ uncached: ['never'] }]);
    // The other tests' plan has another hash than the one it is named by: nobody vouches for it.
    expect((await perennial('show', await aRun(db, 'show-no-plan'))).lines).toMatchObject([{ uncached: null }]);
  });

  test('a run that nobody knows is wrong usage', async () => {
    const { lines, code } = await perennial('show', 'nobody');
    expect(lines).toMatchObject([{ error: { code: 'PER_KEEP_004' } }]);
    expect(code).toBe(2);
  });
});

describe('runs', () => {
  test('lists the newest first, filters, and pages without losing one', async () => {
    for (const id of ['runs-1', 'runs-2', 'runs-3']) await aRun(db, id, 'runs-model');
    await endRun(db, { run: 'runs-2', status: 'completed', reason: null, output: 7 });
    const ids = async (...args: string[]) => (await perennial('runs', '--model', 'runs-model', ...args)).lines;
    expect(await ids()).toMatchObject([{ id: 'runs-3' }, { id: 'runs-2' }, { id: 'runs-1' }]);
    expect(await ids('--status', 'completed')).toMatchObject([{ id: 'runs-2', output: 7 }]);
    expect(await ids('--limit', '2')).toMatchObject([{ id: 'runs-3' }, { id: 'runs-2' }]);
    expect(await ids('--limit', '2', '--before', 'runs-2')).toMatchObject([{ id: 'runs-1' }]);
    expect(await ids('--pipeline', 'other')).toEqual([]);
  });
});

describe('models and model', () => {
  const instant = '2001-02-01T00:00:00.000Z';

  async function version(model: string, address: string): Promise<number> {
    const artifact = await anArtifact(db, 'a');
    const trained = { trainedFrom: '2001-01-01T00:00:00.000Z', trainedTo: instant, eventTime: instant };
    const about = { signature: {}, metrics: { rocAuc: 0.66 }, evaluation: {}, reference: artifact };
    return createModelVersion(db, {
      model,
      artifact,
      trainer: 'gbdt',
      ...about,
      ...trained,
      run: `run-of-${model}`,
      address,
    });
  }

  async function promoted(model: string, expectedSeq: number, to: number): Promise<string> {
    const decision = { decisionId: `${model}-${expectedSeq}`, reason: 'better', by: 'keeper', eventTime: instant };
    const result = await promote(db, { model, expectedSeq, version: to, ...decision });
    if (result.outcome !== 'promoted') throw new Error(result.outcome);
    return result.promotion.recorded_at;
  }

  test('answers who was champion at a recorded time, and says with its exit code when nobody was', async () => {
    const model = 'model-history';
    const [one, two] = [await version(model, 'a'), await version(model, 'b')];
    const first = await promoted(model, 0, one);
    const second = await promoted(model, 1, two);
    const at = async (time: string) => perennial('model', 'history', model, '--at', time);
    expect(await at(first)).toMatchObject({ lines: [{ champion: { version: one } }], code: 0 });
    expect(await at(second)).toMatchObject({ lines: [{ champion: { version: two, previous: one } }], code: 0 });
    expect(await at('2001-01-01')).toMatchObject({ lines: [{ champion: null }], code: 1 });
    expect((await perennial('model', 'history', model)).lines).toMatchObject([{ seq: 2 }, { seq: 1 }]);
    expect((await perennial('model', 'history', model, '--before', '2')).lines).toMatchObject([{ seq: 1 }]);
  });

  test('shows the champion, or the version that is asked for', async () => {
    const model = 'model-show';
    const [one, two] = [await version(model, 'a'), await version(model, 'b')];
    await promoted(model, 0, one);
    expect((await perennial('model', 'show', model)).lines).toMatchObject([
      { version: { version: one }, champion: true },
    ]);
    expect((await perennial('model', 'show', model, String(two))).lines).toMatchObject([
      { version: { version: two, metrics: { rocAuc: 0.66 } }, champion: false },
    ]);
    expect(await perennial('model', 'show', model, '9')).toMatchObject({
      lines: [
        {
          error: {
            code: 'PER_RUN_198',
            message: expect.stringContaining(`no version 9 of '${model}'; its newest is ${two}`) as unknown,
          },
        },
      ],
      code: 2,
    });
    expect(await perennial('model', 'show', 'nobody')).toMatchObject({
      lines: [{ error: { code: 'PER_KEEP_001' } }],
      code: 2,
    });
  });
});
