// Danger: code that is written by hand comes to another question when it is tried again, and is given the answer to the one
// before under the same id; or is refused what it did ask for; or pipelines are compared as well.
import { z } from 'zod';
import { implement, step } from '../../core';
import { perennialError } from '../../core/errors';
import type { Json } from '../../core/plan/json';
import { claimNode } from '../../store/nodes/claim-node';
import { findNode } from '../../store/nodes/find-node';
import { recordNode } from '../../store/nodes/record-node';
import { setStepStage, type StepStage } from './step-stage';

const X = z.object({ x: z.number(), y: z.number().default(0) });
const plain = step('plain', { input: X, output: X, cache: false });
const cached = step('cached', { input: X, output: X });
const lightly = step('lightly', { input: X, output: X, cache: false, light: true });

let stage: StepStage;
/** Called while a step runs. */
let meanwhile: () => Promise<unknown> = () => Promise.resolve();

const run = async ({ x, y }: { x: number; y: number }) => {
  await meanwhile();
  return { x: x * 10, y };
};

beforeAll(async () => {
  const code = implement({ plain, cached, lightly }, { plain: run, cached: run, lightly: run });
  stage = await setStepStage('asked-otherwise', [code]);
});

afterEach(() => {
  meanwhile = () => Promise.resolve();
});

afterAll(() => stage.end());

const handWritten = true;
const all = ['plain', 'cached', 'lightly'];

test.each(all)(
  '%s: the same question again is given the output; how its JSON was written does not count',
  async (name) => {
    const { run } = await stage.execute(name, { x: 1, y: 2 }, { handWritten });
    meanwhile = () => Promise.reject(new Error('it ran again'));
    expect((await stage.execute(name, { y: 2, x: 1 }, { handWritten, run })).output).toEqual({ x: 10, y: 2 });
  },
);

test.each(all)('%s: another input under the same id is refused for good, by what differs', async (name) => {
  const { run } = await stage.execute(name, { x: 1 }, { handWritten });
  const before = await findNode(stage.db, run, 'n');
  await expect(stage.execute(name, { x: 2, y: 7 }, { handWritten, run })).rejects.toMatchObject({
    type: 'PER_RUN_114',
    nonRetryable: true,
    message: expect.stringMatching(/'n' of run .* input: x was 1 and is 2, y was absent and is 7\. .*`id`/) as string,
  });
  expect(await findNode(stage.db, run, 'n')).toEqual(before);
});

test('so it is where the cache has an answer to the other question', async () => {
  await stage.execute('cached', { x: 31 });
  const { run } = await stage.execute('cached', { x: 32 }, { handWritten });
  await expect(stage.execute('cached', { x: 31 }, { handWritten, run })).rejects.toMatchObject({ type: 'PER_RUN_114' });
});

test('another step under the same id is refused', async () => {
  const { run } = await stage.execute('plain', { x: 1 }, { handWritten });
  await expect(stage.execute('lightly', { x: 1 }, { handWritten, run })).rejects.toMatchObject({
    type: 'PER_RUN_114',
    message: expect.stringContaining('another step: it was plain and is lightly') as string,
  });
});

test('an id whose first use committed nothing is free, and its record is that of the second', async () => {
  meanwhile = () => Promise.reject(perennialError('PER_RUN_002', 'Artifact x is gone.'));
  const run = await stage.newRun();
  await expect(stage.execute('plain', { x: 1 }, { handWritten, run })).rejects.toThrow();
  meanwhile = () => Promise.resolve();
  expect((await stage.execute('lightly', { x: 2 }, { handWritten, run })).output).toEqual({ x: 20, y: 0 });
  expect(await findNode(stage.db, run, 'n')).toMatchObject({ step: 'lightly', input: { x: 2 }, status: 'completed' });
  expect((await stage.execute('lightly', { x: 2 }, { handWritten, run })).output).toEqual({ x: 20, y: 0 });
});

test('what was committed to another question while this one ran is refused as well', async () => {
  const run = await stage.newRun();
  const by = (input: Json) => ({
    ...{ run, address: 'n', node: 'n', step: 'plain', pool: 'cpu', worker: 'w', device: null, attempt: 1, input },
  });
  const cost = { wallMs: 1, cpuMs: 1, peakRss: null, gpuMs: 0, estimated: true };
  meanwhile = () =>
    recordNode(stage.db, by({ x: 9 }), { output: 90, cache: { hit: false, differed: ['off'] }, cost, entry: null });
  await expect(stage.execute('plain', { x: 1 }, { handWritten, run })).rejects.toMatchObject({ type: 'PER_RUN_114' });
  expect(await claimNode(stage.db, by(null))).toEqual({ kind: 'committed', output: 90 });
});

test('control: a node of a pipeline gives what it has, without a look at what it was asked', async () => {
  const { run } = await stage.execute('plain', { x: 1 });
  expect((await stage.execute('plain', { x: 2 }, { run })).output).toEqual({ x: 10, y: 0 });
});
