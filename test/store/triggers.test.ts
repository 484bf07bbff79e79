// Danger: a data set that is recorded and starts nothing, or starts something and is not recorded; a version that is told
// again, by the cache, by another run, or by another way of committing a node.
import type { Pool } from 'pg';
import { z } from 'zod';
import { lookUpCached } from '../../activities/look-up-cached';
import type { EngineContext, RunStepDependencies } from '../../activities/run-step';
import { announcedSteps } from '../../activities/run-step/announced';
import { implement, step } from '../../core';
import type { Trigger } from '../../core/triggers/trigger';
import { Dataset } from '../../steps/types';
import { seeWorker } from '../../store/workers/see-worker';
import { insertDataset } from '../../store/datasets';
import { setStepStage, type StepStage } from './step-stage';

jest.setTimeout(60_000);

const input = z.object({
  text: z.string(),
  breaks: z.boolean().default(false),
  to: z.string().nullable().default(null),
});
const output = z.object({ made: z.object({ clean: Dataset }) });
const make = step('make', { input, output });
const quick = step('quick', { input, output, light: true });

/** Makes a data set version of a text; `breaks`: an effect that comes before the trigger's fails. */
async function made(
  { text, breaks, to }: z.output<typeof input>,
  ctx: EngineContext,
): Promise<z.output<typeof output>> {
  const digest = await ctx.artifacts.putBytes(Buffer.from(text), 'dataset');
  const { run, address } = ctx;
  ctx.inCommit(async (tx) => {
    const plain = { rowsDigest: 'r', schema: null, profile: null, rows: 1, timeFrom: null, timeTo: to };
    await insertDataset(tx, { digest, ...plain, run, address });
    if (breaks) throw new Error('the effect broke');
  });
  return { made: { clean: Dataset.parse(digest) } };
}

const path = ['made', 'clean'];
const starts = (name: string) => ({ kind: 'pipeline', name, into: 'data' }) as const;
const triggers: Trigger[] = [
  { pipeline: 'p', node: 'n', path, starts: starts('late') },
  { pipeline: 'p', node: 'n', path, starts: starts('early') },
  { pipeline: 'other', node: 'n', path, starts: starts('never') },
  { pipeline: 'p', node: 'm', path, starts: starts('elsewhere') },
  { pipeline: 'p', node: 'w', path, starts: { kind: 'model', name: 'wall', clock: 'wall' } },
  { pipeline: 'p', node: 'w', path, starts: { kind: 'model', name: 'event', clock: 'event' } },
];

let stage: StepStage;
let db: Pool;
let dependencies: RunStepDependencies;

beforeAll(async () => {
  stage = await setStepStage('triggers', [implement({ make, quick }, { make: made, quick: made })]);
  ({ db } = stage);
  dependencies = { ...stage.dependencies, triggers };
});

afterAll(() => stage.end());

/** What is told of since it was last asked. */
async function told(): Promise<{ id: string; kind: string; payload: unknown }[]> {
  const { rows } = await db.query<{ id: string; kind: string; payload: unknown }>(
    'UPDATE outbox SET dispatched_at = now() WHERE dispatched_at IS NULL RETURNING id, kind, payload',
  );
  return rows.sort((a, b) => a.id.localeCompare(b.id));
}

const Made = output.transform(({ made: { clean } }) => clean);

test.each(['make', 'quick'])('a version is told to each that waits for it, with the commit of %s', async (name) => {
  const { run, output: given } = await stage.execute(name, { text: name }, { dependencies });
  const digest = Made.parse(given);
  const rowOf = (pipeline: string) => ({
    id: `dataset:${pipeline}:data:${digest}`,
    kind: 'dataset',
    payload: {
      pipeline,
      run: `${pipeline}:data-${digest.slice(0, 16)}`,
      config: { data: digest },
      why: `a new version of n.made.clean of p, by ${run}`,
    },
  });
  expect(await told()).toEqual([rowOf('early'), rowOf('late')]);
});

test('a version that was told before is not, whether it is made again or found in the cache', async () => {
  await stage.execute('make', { text: 'again' }, { dependencies });
  expect(await told()).toHaveLength(2);
  await stage.execute('make', { text: 'again' }, { dependencies });
  await stage.execute('make', { text: 'again' }, { dependencies, cache: false });
  await stage.execute('quick', { text: 'again' }, { dependencies });
  expect(await told()).toEqual([]);
});

test('one that the cache has from where nothing waited for it is told, by whoever finds it', async () => {
  const { output: given } = await stage.execute('make', { text: 'known' }, { dependencies, address: 'elsewhere' });
  expect(await told()).toEqual([]);
  await stage.execute('make', { text: 'known' }, { dependencies });
  expect(await told()).toHaveLength(2);

  await stage.execute('make', { text: 'announced' }, { dependencies, address: 'elsewhere' });
  const { engine: build } = dependencies.environment;
  await seeWorker(db, { id: 'a:1', pool: 'gpu', build, project: 'p' }, announcedSteps(dependencies, ['make']));
  const run = await stage.newRun();
  const asked = { text: 'announced' };
  const look = { db, artifacts: dependencies.artifacts, build, project: 'p', triggers };
  const nodes = [{ address: 'n', node: 'n', step: 'make', pool: 'gpu', input: asked }];
  const { answers } = await lookUpCached(look, { run, nodes });
  expect(answers).toEqual([{ output: expect.anything() as unknown }]);
  expect((await told()).map(({ id }) => id.split(':')[1])).toEqual(['early', 'late']);
  await lookUpCached(look, { run: await stage.newRun(), nodes });
  expect(await told()).toEqual([]);
  expect(Made.parse(given)).toMatch(/^[0-9a-f]{64}$/);
});

test('a commit that fails tells nothing, and the next one does', async () => {
  const at = { dependencies, cache: false };
  await expect(stage.execute('make', { text: 'broken', breaks: true }, at)).rejects.toThrow('the effect broke');
  await expect(stage.execute('quick', { text: 'broken', breaks: true }, at)).rejects.toThrow('the effect broke');
  expect(await told()).toEqual([]);
  await stage.execute('make', { text: 'broken' }, at);
  expect(await told()).toHaveLength(2);
});

test('what is not at the top of a graph, or of a workflow written by hand, tells nothing', async () => {
  await stage.execute('make', { text: 'inside' }, { dependencies, address: 'each[0]/n' });
  await stage.execute('make', { text: 'by hand' }, { dependencies, handWritten: true });
  expect(await told()).toEqual([]);
});

test("a model's keeper is told a cause, at the time of the data where its clock is theirs, never of the future", async () => {
  const ids = async (text: string, to: string | null) => {
    const { output: given } = await stage.execute('make', { text, to }, { dependencies, address: 'w' });
    const { rows } = await db.query<{ model: string; kind: string; event_time: string }>(
      `SELECT model, kind, event_time FROM causes WHERE evidence ->> 'dataset' = $1 ORDER BY model`,
      [Made.parse(given)],
    );
    return rows;
  };
  const before = new Date().toISOString();
  const [event, wall] = await ids('past', '2001-02-03T00:00:00.000Z');
  expect(event).toEqual({ model: 'event', kind: 'new-data', event_time: '2001-02-03T00:00:00.000Z' });
  expect(wall?.kind).toBe('new-data');
  expect((wall?.event_time ?? '') >= before).toBe(true);
  const [future] = await ids('future', '2999-01-01T00:00:00.000Z');
  expect((future?.event_time ?? '') <= new Date().toISOString()).toBe(true);
  expect((await told()).map(({ kind }) => kind)).toEqual(['cause', 'cause', 'cause', 'cause']);
  expect(await ids('past', null)).toHaveLength(2);
  expect(await told()).toEqual([]);
});
