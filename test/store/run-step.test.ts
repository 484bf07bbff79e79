// Danger: a node runs twice, an effect happens twice or without its record, bad input is retried for ever, a cache hit
// hands out a blob that is gone, or a cancelled step works on.
import { rm } from 'node:fs/promises';
import timers from 'node:timers/promises';
import { ActivityCancellationDetails } from '@temporalio/common';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { EngineContext, RunStepDependencies } from '../../activities/run-step';
import { createRunStep } from '../../activities/run-step';
import { implement, step } from '../../core';
import { perennialError } from '../../core/errors';
import { findCode, findEnvironment } from '../../store/cache/find-key-part';
import { openDb } from '../../store/db';
import { listExecutions } from '../../store/executions/list-executions';
import { insertEdge, listParents } from '../../store/lineage';
import { claimNode } from '../../store/nodes/claim-node';
import { listNodes } from '../../store/nodes/list-nodes';
import { addOutboxRow } from '../../store/outbox/add-outbox-row';
import { aCode } from '../a-code';
import { quiet, setStepStage, type StepStage } from './step-stage';

jest.setTimeout(60_000);

let stage: StepStage;
let db: Pool;
let dependencies: RunStepDependencies;
let execute: StepStage['execute'];
/** How often each step's code ran. */
const ran: Record<string, number> = {};
/** Called by the step `hold` while it runs. */
let meanwhile: (ctx: EngineContext) => Promise<void> = () => Promise.resolve();

function count(name: string): number {
  ran[name] = (ran[name] ?? 0) + 1;
  return ran[name];
}

const X = z.object({ x: z.number() });
const double = step('double', { input: X, output: X });
const lightly = step('lightly', { input: X, output: X, light: true });
const store = step('store', { input: z.object({ text: z.string() }), output: z.object({ blob: z.string() }) });
const derive = step('derive', {
  input: z.object({ from: z.array(z.string()), draw: z.boolean() }),
  output: z.object({ made: z.string(), passed: z.string() }),
  cache: false,
});
const effect = step('effect', { input: z.object({ id: z.string(), fail: z.boolean() }), output: X, cache: false });
const lightEffect = step('light-effect', { input: z.object({ id: z.string() }), output: X, cache: false, light: true });
const hold = step('hold', { input: X, output: X, cache: false });
const give = step('give', { input: z.object({ what: z.string() }), output: z.unknown(), cache: false });
const fail = step('fail', {
  input: z.object({ how: z.string() }),
  output: X,
  cache: false,
  retry: { never: ['BadDataset', 'E_NO'] },
});
const fallible = step('fallible', { input: z.object({ fail: z.boolean() }), output: X });
const obey = step('obey', { input: X, output: X, cache: false, timeout: '1s', heartbeat: '300ms' });

class BadDataset extends Error {}

const implementation = implement(
  { double, lightly, store, derive, effect, lightEffect, hold, give, fail, fallible, obey },
  {
    double({ x }) {
      count('double');
      return { x: x * 2 };
    },
    lightly: ({ x }) => ({ x }),
    store: async ({ text }, ctx) => ({ blob: await ctx.artifacts.putBytes(Buffer.from(text), 'json') }),
    async derive({ from, draw }, ctx: EngineContext) {
      const [parent = ''] = from;
      const made = await ctx.artifacts.putBytes(Buffer.from('child'), 'json');
      const { run, address } = ctx;
      if (draw) ctx.inCommit((tx) => insertEdge(tx, { child: made, parent, relation: 'drawn', run, address }));
      return { made, passed: parent };
    },
    effect({ id, fail: failing }, ctx: EngineContext) {
      ctx.inCommit(async (tx) => {
        await addOutboxRow(tx, { id, kind: 'test', payload: null });
        if (failing) throw new Error('the effect broke');
      });
      return { x: 1 };
    },
    lightEffect({ id }, ctx: EngineContext) {
      ctx.inCommit(async (tx) => {
        await addOutboxRow(tx, { id: `${id}-${count('lightEffect')}`, kind: 'test', payload: null });
      });
      return { x: 1 };
    },
    async hold({ x }, ctx: EngineContext) {
      await meanwhile(ctx);
      return { x };
    },
    give({ what }) {
      if (what === 'nan') return { deep: [{ value: NaN }] };
      if (what === 'nul') return { text: 'a\0b' };
      if (what === 'half') return '\ud83d';
      if (what === 'large') return 'x'.repeat(64 * 1024);
      if (what === 'bigint') return 1n;
      return undefined;
    },
    fail({ how }) {
      if (how === 'class') throw new BadDataset('bad rows');
      if (how === 'code') throw Object.assign(new Error('no'), { code: 'E_NO' });
      if (how === 'ours') throw perennialError('PER_RUN_002', 'Artifact x is gone.');
      throw new Error('now and then \0 \ud83d');
    },
    fallible({ fail: failing }) {
      if (failing) throw new Error('as asked');
      return { x: 0 };
    },
    async obey(_, ctx) {
      await new Promise((_resolve, refuse) => {
        ctx.signal.addEventListener('abort', () => {
          refuse(new Error('obeyed'));
        });
      });
      return { x: 0 };
    },
  },
);

beforeAll(async () => {
  stage = await setStepStage('run-step', [implementation]);
  ({ db, dependencies, execute } = stage);
});

afterAll(() => stage.end());

async function nodeOf(run: string) {
  const [node] = await listNodes(db, run, { limit: 1 });
  if (node === undefined) throw new Error('no node');
  return node;
}

async function outbox(id: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(`SELECT count(*) AS n FROM outbox WHERE id LIKE $1 || '%'`, [id]);
  return rows[0]?.n ?? 0;
}

test('the first execution of a step misses the cache; the same again is a hit that names the run it comes from', async () => {
  const first = await execute('double', { x: 21 });
  expect(first.output).toEqual({ x: 42 });
  expect((await nodeOf(first.run)).cache).toEqual({ hit: false, differed: ['first'] });
  const before = ran['double'];
  const second = await execute('double', { x: 21 });
  expect(second.output).toEqual({ x: 42 });
  expect(ran['double']).toBe(before);
  const node = await nodeOf(second.run);
  expect(node).toMatchObject({ status: 'completed', cache: { hit: true, from: { run: first.run, address: 'n' } } });
  expect((await listExecutions(db, second.run, { limit: 5 })).map((e) => e.outcome)).toEqual(['committed']);
});

test.each([
  ['input', { x: 22 }],
  ['environment', { x: 21 }],
  ['code', { x: 21 }],
  ['off', { x: 21 }],
])('a miss says what differed: %s', async (part, input) => {
  await execute('double', { x: 21 });
  const changed: RunStepDependencies = {
    ...dependencies,
    environment: { ...dependencies.environment, ...(part === 'environment' ? { engine: 'b2' } : {}) },
    standardCode: aCode(part === 'code' ? 'other' : 'code'),
  };
  const { run } = await execute('double', input, { dependencies: changed, cache: part !== 'off' });
  const { cache } = await nodeOf(run);
  expect(cache).toMatchObject({ hit: false });
  expect(cache?.hit === false && cache.differed).toContain(part);
});

test('a miss is compared with the newest output of the same node, and keeps what stands behind the digests that differ', async () => {
  const code = aCode('before');
  const at = (content: string) => ({ ...dependencies, standardCode: aCode(content) });
  const first = await execute('double', { x: 5 }, { dependencies: at('before') });
  // The newest output of the step, but of another node.
  await execute('double', { x: 5 }, { dependencies: at('elsewhere'), address: 'other' });
  const { run } = await execute('double', { x: 5 }, { dependencies: at('after') });
  const is = aCode('after');
  expect((await nodeOf(run)).cache).toEqual({
    hit: false,
    differed: ['code'],
    against: { run: first.run, address: 'n' },
    was: { code: code.digest },
    is: { code: is.digest },
  });
  expect(await findCode(db, code.digest)).toEqual(code.detail);
  expect(await findCode(db, is.digest)).toEqual(is.detail);
  const other = await execute('double', { x: 6 }, { dependencies: at('after') });
  expect((await nodeOf(other.run)).cache).toMatchObject({ differed: ['input'], against: { run }, was: {}, is: {} });
  const environment = { ...dependencies.environment, engine: 'b3' };
  const moved = await execute('double', { x: 6 }, { dependencies: { ...at('after'), environment } });
  const { cache } = await nodeOf(moved.run);
  expect(cache).toMatchObject({ differed: ['environment'], against: { run: other.run } });
  const digest = cache?.hit === false ? cache.is?.environment : undefined;
  expect(await findEnvironment(db, digest ?? '')).toMatchObject({ build: 'b3', node: process.version });
});

test('a use of a step may ask for other than its contract: no cache, less time, another error that is final', async () => {
  await execute('double', { x: 31 });
  const uncached = await execute('double', { x: 31 }, { override: { cache: false } });
  expect((await nodeOf(uncached.run)).cache).toEqual({ hit: false, differed: ['off'] });
  await execute('hold', { x: 31 }, { override: { cache: true } });
  const cached = await execute('hold', { x: 31 }, { override: { cache: true } });
  expect((await nodeOf(cached.run)).cache).toMatchObject({ hit: true });

  const retry = { attempts: 2, firstDelay: 1, factor: 1, maxDelay: 1, never: ['Error'] };
  const final = execute('fail', { how: 'plain' }, { override: { retry } });
  await expect(final).rejects.toMatchObject({ nonRetryable: true });
  await expect(execute('fail', { how: 'class' }, { override: { retry } })).rejects.toMatchObject({
    nonRetryable: false,
  });

  meanwhile = ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('out'))));
  await expect(execute('hold', { x: 32 }, { override: { timeout: 20 } })).rejects.toMatchObject({
    type: 'PER_RUN_019',
  });
  meanwhile = () => Promise.resolve();
});

test('why a node runs is known before it has ended: it stays with one that fails', async () => {
  const run = await stage.newRun();
  await expect(execute('fallible', { fail: true }, { run })).rejects.toThrow('as asked');
  expect((await nodeOf(run)).cache).toEqual({ hit: false, differed: ['first'] });
});

test('a hit whose blob is gone is no hit: the step runs and the blob is back', async () => {
  const first = await execute('store', { text: 'kept' });
  const { blob } = z.object({ blob: z.string() }).parse(first.output);
  expect((await nodeOf((await execute('store', { text: 'kept' })).run)).cache?.hit).toBe(true);
  await rm(await dependencies.artifacts.pathOf(blob), { force: true });
  const again = await execute('store', { text: 'kept' });
  expect((await nodeOf(again.run)).cache).toEqual({
    hit: false,
    differed: ['artifact'],
    against: { run: first.run, address: 'n' },
    artifact: blob,
  });
  expect((await dependencies.artifacts.read(blob)).toString()).toBe('kept');
});

test('a step that makes artifacts from artifacts leaves edges, unless it drew them itself', async () => {
  const parent = await dependencies.artifacts.putBytes(Buffer.from('parent'), 'json');
  const unknown = 'f'.repeat(64);
  const { run, output } = await execute('derive', { from: [parent, unknown], draw: false });
  const { made } = z.object({ made: z.string() }).parse(output);
  const edge = { child: made, parent, run, address: 'n' };
  expect(await listParents(db, made)).toEqual([{ ...edge, relation: 'input' }]);
  const drawn = await execute('derive', { from: [parent], draw: true });
  expect(await listParents(db, made)).toContainEqual({ ...edge, run: drawn.run, relation: 'drawn' });
  expect(await listParents(db, made)).toHaveLength(2);
});

test('a node whose output is committed never runs again', async () => {
  const { run } = await execute('hold', { x: 1 });
  meanwhile = () => Promise.reject(new Error('ran again'));
  expect((await execute('hold', { x: 1 }, { run })).output).toEqual({ x: 1 });
  meanwhile = () => Promise.resolve();
});

test('an execution that is overtaken while it runs commits neither output nor effect', async () => {
  const run = await stage.newRun();
  const claimant = {
    run,
    address: 'n',
    node: 'n',
    step: 'hold',
    pool: 'cpu',
    input: null,
    worker: 'other',
    device: null,
    attempt: 1,
  };
  meanwhile = async (ctx) => {
    ctx.inCommit(async (tx) => {
      await addOutboxRow(tx, { id: `zombie-${run}`, kind: 'test', payload: null });
    });
    await claimNode(db, claimant);
  };
  await expect(execute('hold', { x: 1 }, { run })).rejects.toMatchObject({ type: 'PER_RUN_008', nonRetryable: false });
  meanwhile = () => Promise.resolve();
  expect(await outbox(`zombie-${run}`)).toBe(0);
  expect((await listExecutions(db, run, { limit: 5 })).map((e) => e.outcome)).toEqual(['fenced-off', null]);
  expect((await execute('hold', { x: 2 }, { run })).output).toEqual({ x: 2 });
});

test('an effect happens with the commit, once, and not at all when it fails', async () => {
  const { run } = await execute('effect', { id: 'good', fail: false });
  await execute('effect', { id: 'good', fail: false }, { run });
  expect(await outbox('good')).toBe(1);
  const broken = await stage.newRun();
  const failing = execute('effect', { id: 'broken', fail: true }, { run: broken });
  await expect(failing).rejects.toThrow('the effect broke');
  expect(await outbox('broken')).toBe(0);
  expect((await nodeOf(broken)).output).toBeNull();
});

test('a light step claims and commits at its end; run again, its first output and effect stand', async () => {
  const first = await execute('lightly', { x: 5 });
  expect(first.output).toEqual({ x: 5 });
  expect(await nodeOf(first.run)).toMatchObject({ status: 'completed', fence: 1 });
  const { run } = await execute('light-effect', { id: 'light' });
  await execute('light-effect', { id: 'light' }, { run });
  expect(ran['lightEffect']).toBe(1);
  expect(await outbox('light')).toBe(1);
});

test.each([
  ['double', { x: 'text' }, 'PER_RUN_004', 'x: '],
  ['give', { what: 'nan' }, 'PER_RUN_007', 'value'],
  ['give', { what: 'nul' }, 'PER_RUN_007', 'text'],
  ['give', { what: 'half' }, 'PER_RUN_007', 'characters'],
  ['give', { what: 'bigint' }, 'PER_RUN_007', 'BigInt'],
  ['give', { what: 'large' }, 'PER_RUN_006', '65538 bytes'],
  ['fail', { how: 'class' }, 'BadDataset', 'bad rows'],
  ['fail', { how: 'ours' }, 'PER_RUN_002', 'Artifact x is gone'],
])('never retried, and named: %s %j is %s', async (name, input, type, text) => {
  const run = await stage.newRun();
  const failure = execute(name, input, { run });
  await expect(failure).rejects.toMatchObject({ type, nonRetryable: true });
  await expect(failure).rejects.toThrow(text);
  expect(await nodeOf(run)).toMatchObject({ status: 'failed', error: { type, retryable: false } });
});

test("an error of the code is the user's fault, retried, and recorded although its message has no text form", async () => {
  const run = await stage.newRun();
  const failure = execute('fail', { how: 'now and then' }, { run });
  await expect(failure).rejects.toMatchObject({ type: 'Error', nonRetryable: false });
  const node = await nodeOf(run);
  expect(node).toMatchObject({ status: 'running', error: { fault: 'user', retryable: true } });
  await expect(execute('fail', { how: 'code' })).rejects.toMatchObject({ nonRetryable: true });
});

test('nothing at all is a null that counts as committed', async () => {
  const { run, output } = await execute('give', { what: 'nothing' });
  expect(output).toBeNull();
  expect((await nodeOf(run)).status).toBe('completed');
});

test('a step beats by itself, and a cancelled one is told by its signal and recorded as cancelled', async () => {
  const environment = quiet({ heartbeatTimeoutMs: 300 });
  const beats = new Promise((resolve) => environment.on('heartbeat', resolve));
  const run = await stage.newRun();
  const running = execute('obey', { x: 1 }, { run, environment });
  await beats;
  environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
  await expect(running).rejects.toThrow('CANCELLED');
  const [execution] = await listExecutions(db, run, { limit: 1 });
  expect(execution?.outcome).toBe('cancelled');
});

test('a step beats while its claim waits for the records, and while its commit does', async () => {
  const environment = quiet({ heartbeatTimeoutMs: 90 });
  const beat = () => new Promise((resolve) => environment.once('heartbeat', resolve));
  const narrow = openDb(stage.databaseUrl, { max: 1 });
  const held = await narrow.connect();
  meanwhile = (ctx) => {
    ctx.inCommit(async () => {
      await beat();
    });
    return Promise.resolve();
  };
  const running = execute('hold', { x: 3 }, { environment, dependencies: { ...dependencies, db: narrow } });
  await beat();
  held.release();
  expect((await running).output).toEqual({ x: 3 });
  meanwhile = () => Promise.resolve();
  await narrow.end();
}, 5_000);

test('a result outlasts an outage of minutes while heartbeats go out; without them, and once cancelled, it does not', async () => {
  // Waiting is what is made short here: the seconds that were asked for are counted, not waited.
  let waited = 0;
  const sleep = jest.spyOn(timers, 'setTimeout').mockImplementation((ms) => {
    waited += ms ?? 0;
    return Promise.resolve(undefined);
  });
  const away = (until: number) => (ctx: EngineContext) => {
    waited = 0;
    ctx.inCommit(() => {
      if (waited < until) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      return Promise.resolve();
    });
    return Promise.resolve();
  };
  try {
    meanwhile = away(180_000);
    const { run } = await execute('hold', { x: 4 }, { environment: quiet({ heartbeatTimeoutMs: 60_000 }) });
    expect(waited).toBeGreaterThanOrEqual(180_000);
    expect((await listExecutions(db, run, { limit: 5 })).map((e) => e.outcome)).toEqual(['committed']);
    await expect(execute('hold', { x: 4 })).rejects.toThrow('away');
    expect(waited).toBeLessThan(10_000);
    const environment = quiet({ heartbeatTimeoutMs: 60_000 });
    meanwhile = (ctx) => {
      ctx.inCommit(() => {
        environment.cancel('WORKER_SHUTDOWN');
        throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      });
      return Promise.resolve();
    };
    await expect(execute('hold', { x: 4 }, { environment })).rejects.toThrow();
  } finally {
    sleep.mockRestore();
    meanwhile = () => Promise.resolve();
  }
});

test('a step that takes too long is stopped by its own signal', async () => {
  await expect(execute('obey', { x: 1 })).rejects.toMatchObject({ type: 'PER_RUN_019', nonRetryable: false });
});

test('a step without code and a malformed call are refused by name', async () => {
  expect(() => createRunStep(dependencies)('unheard-of')).toThrow('unheard-of');
  const activity = createRunStep(dependencies)('double');
  await expect(quiet().run(activity, { run: 1 })).rejects.toMatchObject({ type: 'PER_RUN_020' });
});
