/**
 * Danger: a person asks why a step ran again and is told of the wrong file, package or input, or of nothing. The verb is the
 * real one, on a real database, in this process; the records are as an execution leaves them.
 */
import type { Pool } from 'pg';
import { z } from 'zod';
import { readWhy } from '../../cli/read-why';
import { whyText } from '../../cli/views/why-text';
import { gte, pipeline, planHash, step } from '../../core';
import type { NodeNote } from '../../core/interpret';
import type { Json } from '../../core/plan/json';
import { addKeyParts } from '../../store/cache/add-key-parts';
import { openDb } from '../../store/db';
import type { CacheReason } from '../../store/nodes/node-row';
import { noteNodes } from '../../store/nodes/note-nodes';
import { recordNode } from '../../store/nodes/record-node';
import { addPlan } from '../../store/plans/add-plan';
import { beginRun } from '../../store/runs/begin-run';
import { createTestDatabase, type TestDatabase } from '../database';

let database: TestDatabase;
let db: Pool;
const cost = { wallMs: 10, cpuMs: 5, peakRss: null, gpuMs: 0, estimated: true };

const load = step('load', { input: z.object({ table: z.string() }), output: z.number() });
const fit = step('fit', { input: z.object({ rows: z.number() }), output: z.number() });
const weekly = pipeline('weekly', {
  config: z.object({ table: z.string() }),
  graph: (g, config) => g.run(fit, { rows: g.run(load, { table: config.table }) }),
});

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 2 });
  await addPlan(db, planHash(weekly.plan), weekly.plan);
  const code = (clean: string, duckdb: string) => ({
    files: { 'steps.ts': 'aaaa', 'clean.ts': clean },
    packages: { '@duckdb/node-api': duckdb, zod: '4.6.7' },
    build: null,
    whole: null,
  });
  await addKeyParts(db, [
    { digest: 'code-1', part: 'code', detail: code('b1', '1.5.5') },
    { digest: 'code-2', part: 'code', detail: code('b2', '1.5.6') },
    { digest: 'env-1', part: 'environment', detail: { node: 'v20.19.0', build: 'x' } },
    { digest: 'env-2', part: 'environment', detail: { node: 'v22.1.0', build: 'x' } },
  ]);
  await record('monday', { table: 'events', days: [1, 2] }, { hit: false, differed: ['first'] });
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

async function record(run: string, input: Json, cache: CacheReason): Promise<void> {
  const of = { pipeline: 'weekly', planHash: planHash(weekly.plan), config: { table: 'events' }, build: 'b' };
  await beginRun(db, { id: run, ...of, model: null, decisionId: null, parentRun: null, temporalRunId: run });
  const claimant = {
    run,
    address: 'load',
    node: 'load',
    step: 'load',
    pool: 'cpu',
    input,
    worker: 'w',
    device: null,
    attempt: 1,
  };
  await recordNode(db, claimant, { output: 1, cache, cost, entry: null });
}

const against = { run: 'monday', address: 'load' };

test('an edited file and a package of another version are named, and only they', async () => {
  const miss = { hit: false, differed: ['code'], against, was: { code: 'code-1' }, is: { code: 'code-2' } } as const;
  await record('tuesday', { table: 'events', days: [1, 2] }, miss);
  const why = await readWhy(db, 'tuesday', 'load');
  expect(why.differences).toEqual([
    { part: 'code', what: 'file clean.ts', was: 'b1', is: 'b2' },
    { part: 'code', what: 'package @duckdb/node-api', was: '1.5.5', is: '1.5.6' },
  ]);
  expect(whyText(why)).toMatch(/code changed since[^]*Compared with load of monday:[^]*file clean\.ts/);
});

test('an input is held against the one of the run that could have been used, place by place', async () => {
  await record('wednesday', { table: 'events', days: [1, 3] }, { hit: false, differed: ['input'], against });
  const { differences } = await readWhy(db, 'wednesday', 'load');
  expect(differences).toEqual([{ part: 'input', what: 'days[1]', was: '2', is: '3' }]);
});

test('of an environment it is told what is another, and of a lost file which', async () => {
  const digests = { was: { environment: 'env-1' }, is: { environment: 'env-2' } };
  await record('thursday', {}, { hit: false, differed: ['environment'], against, ...digests });
  expect((await readWhy(db, 'thursday', 'load')).differences).toEqual([
    { part: 'environment', what: 'node', was: 'v20.19.0', is: 'v22.1.0' },
  ]);
  await record('friday', {}, { hit: false, differed: ['artifact'], against, artifact: 'f'.repeat(64) });
  expect((await readWhy(db, 'friday', 'load')).differences).toEqual([
    { part: 'artifact', what: 'f'.repeat(64), was: 'kept', is: 'gone or damaged' },
  ]);
});

test('a hit says from where, and what stands behind digests that nobody kept is not made up', async () => {
  await record('saturday', {}, { hit: true, from: against });
  expect(whyText(await readWhy(db, 'saturday', 'load'))).toContain('the output is that of load in monday');
  const lost = { hit: false, differed: ['code'], against, was: { code: 'unknown' }, is: { code: 'code-2' } } as const;
  await record('sunday', {}, lost);
  expect(whyText(await readWhy(db, 'sunday', 'load'))).toContain('The records do not hold what exactly.');
});

test('a node that has not begun says what it waits for; one of no plan is refused, naming those there are', async () => {
  const why = await readWhy(db, 'monday', 'fit');
  expect(why).toMatchObject({ view: null, needs: [{ address: 'load', status: 'completed' }] });
  expect(whyText(why)).toMatch(/^fit has not begun in monday\. It reads, or comes after:[^]*load +completed/);
  const unknown = readWhy(db, 'monday', 'fitt');
  await expect(unknown).rejects.toMatchObject({ code: 'PER_RUN_036' });
  await expect(unknown).rejects.toThrow(/There is no node 'fitt', did you mean 'fit'\? \(nodes: load, fit\)/);
  await expect(readWhy(db, 'nowhere', 'fit')).rejects.toMatchObject({ code: 'PER_KEEP_004' });
});

describe('a node that no code executes', () => {
  const gated = pipeline('gated', {
    config: z.object({ table: z.string(), least: z.number(), kinds: z.array(z.string()) }),
    graph(g, config) {
      const loaded = g.run(load, { table: config.table });
      g.branch('gate', gte(loaded, config.least), {
        then: () => g.run(fit, { rows: loaded }),
        else: () => g.map('kinds', config.kinds, () => g.run(fit, { rows: 0 }, { id: 'fit-kind' })),
      });
      const release = g.approval('release', { show: { rows: loaded }, timeout: '1h' });
      g.wait('cool-off', '2h', { after: release });
      return null;
    },
  });

  const put = async (run: string, ...notes: [string, NodeNote['kind'], NodeNote['status'], Json?, Json?][]) => {
    await addPlan(db, planHash(gated.plan), gated.plan);
    const of = { pipeline: 'gated', planHash: planHash(gated.plan), config: {}, build: 'b' };
    await beginRun(db, { id: run, ...of, model: null, decisionId: null, parentRun: null, temporalRunId: run });
    const node = (address: string) => address.slice(address.lastIndexOf('/') + 1);
    const all = notes.map(([address, kind, status, input = null, output]) => {
      const note = { address, node: node(address), kind, status, input };
      return output === undefined ? note : { ...note, output };
    });
    await noteNodes(db, run, all);
    return async (address: string) => whyText(await readWhy(db, run, address));
  };

  test('of an arm that was not taken says which was, and by what; of a node deep inside too', async () => {
    const why = await put('arms', ['gate', 'branch', 'running', { arm: 'then' }], ['kinds', 'map', 'skipped']);
    const stands = "It stands in the arm 'else' of gate, which took 'then' by load ≥ config.least.";
    expect(await why('kinds')).toBe(`kinds in arms: skipped.\nSkipped. ${stands}`);
    expect(await why('kinds[0]/fit-kind')).toContain(`kinds[0]/fit-kind has not begun in arms. ${stands}`);
    expect(await why('fit')).not.toContain('It stands in');
    const early = await put('early');
    expect(await early('fit')).toContain('It stands in gate, a branch that has not begun.');
  });

  test('says what it is, in good English, what it did, and what it needed', async () => {
    const at = '2026-02-01T00:00:00.000Z';
    const given = { approved: false, by: 'ana', note: null, at };
    const why = await put(
      'kinds',
      ['gate', 'branch', 'completed', { arm: 'else' }, null],
      ['kinds', 'map', 'running', { items: 3 }],
      ['release', 'approval', 'completed', null, given],
      ['cool-off', 'wait', 'waiting', { until: at }],
    );
    expect(await why('gate')).toMatch(
      /^gate in kinds: completed\.\nA branch on load ≥ config\.least: it took the arm 'else'\.\nIt reads, or comes after:[^]*load +not begun/,
    );
    expect(await why('kinds')).toContain('A map over config.kinds: 3 items.');
    expect(await why('release')).toContain(`An approval: rejected by ana at ${at}.`);
    expect(await why('cool-off')).toMatch(new RegExp(`A wait for 2h: until ${at}\\.[^]*release +completed`));
  });
});
