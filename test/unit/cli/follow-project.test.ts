/**
 * Danger: an edit is taken as loaded though its worker did not start, so that the next save renews nothing; a worker is
 * renewed for an edit that is none of its; or a project that cannot be loaded ends the following.
 */
import { z } from 'zod';
import { type DevEvent, followProject } from '../../../cli/dev/follow-project';
import type { Traced } from '../../../cli/dev/traced';
import { devText } from '../../../cli/views/dev-text';
import { type Pipeline, pipeline, step } from '../../../core';
import type { PartName, ReplacedPart } from '../../../workers/embedded/stack';

const one = step('one', { input: z.null(), output: z.null() });
const two = step('two', { input: z.null(), output: z.null() });
const config = z.object({});
const was = pipeline('train', { config, graph: (g) => g.run(one, null) });
const is = pipeline('train', { config, graph: (g) => g.run(two, null) });
const other = pipeline('other', { config, graph: (g) => g.run(one, null) });

const traced = (digest: string, cpu: string, gpu: string, pipelines: Pipeline[] = [was]): Traced => ({
  digest,
  plans: Object.fromEntries(pipelines.map(({ name, plan }) => [name, plan])),
  pools: { cpu, gpu },
});

/** Follows a project through its states; what was told, and which parts were asked to be replaced, with which digest. */
async function follow(
  states: readonly (Traced | Error)[],
  answers: (parts: readonly PartName[], call: number) => ReplacedPart[] = (parts) =>
    parts.map((part) => ({ part, error: null })),
): Promise<{ events: DevEvent[]; asked: [parts: readonly PartName[], digest: string][] }> {
  const events: DevEvent[] = [];
  const asked: [readonly PartName[], string][] = [];
  let at = -1;
  await followProject({
    first: traced('d0', 'c0', 'g0'),
    watch: { edited: () => Promise.resolve(++at) },
    isOver: () => at >= states.length,
    tracer: {
      prepare: () => undefined,
      trace: () => {
        const state = states[at];
        return state === undefined || state instanceof Error
          ? Promise.reject(state ?? new Error())
          : Promise.resolve(state);
      },
    },
    stack: {
      replace: (parts, digest) => {
        asked.push([parts, digest]);
        return Promise.resolve(answers(parts, asked.length));
      },
    },
    tell: (event) => events.push(event),
  });
  return { events, asked };
}

test('what was touched and is the same renews nothing and tells nothing', async () => {
  expect(await follow([traced('d0', 'c0', 'g0')])).toEqual({ events: [], asked: [] });
});

test("a pool's worker is renewed when its code has changed; the other one only hears the digest", async () => {
  const { events, asked } = await follow([
    traced('d1', 'c0', 'g1'),
    traced('d2', 'c1', 'g1'),
    traced('d3', 'c1', 'g1'),
  ]);
  expect(asked).toEqual([
    [['worker-gpu'], 'd1'],
    [['worker-cpu'], 'd2'],
    [[], 'd3'],
  ]);
  expect(events.map(devText)[2]).toBe('Nothing that a worker runs has changed.');
});

test('a project that cannot be loaded is told and changes nothing; the next edit counts from what runs', async () => {
  const { events, asked } = await follow([new Error('steps.gpu.ts:4: no'), traced('d1', 'c0', 'g1')]);
  expect(events.map(({ event }) => event)).toEqual(['refused', 'ready']);
  expect(devText(events[0] ?? { event: 'refused', message: '' })).toContain('steps.gpu.ts:4: no\nThe workers go on');
  expect(asked).toEqual([[['worker-gpu'], 'd1']]);
});

test('a worker that did not become ready is tried again at the next edit, whatever it was', async () => {
  const { events, asked } = await follow([traced('d1', 'c1', 'g1'), traced('d1', 'c1', 'g1')], (parts, call) =>
    parts.map((part) => ({ part, error: call === 1 && part === 'worker-gpu' ? 'no device' : null })),
  );
  expect(asked.map(([parts]) => parts)).toEqual([['worker-cpu', 'worker-gpu'], ['worker-gpu']]);
  expect(events.map(devText)[0]).toMatch(
    /^worker-cpu: the new code is at work.*\nworker-gpu keeps the old code: no device$/,
  );
});

test('plans: the difference is told once, with pipelines that are new and gone', async () => {
  const { events } = await follow([traced('d1', 'c1', 'g0', [is, other]), traced('d2', 'c2', 'g0', [is])]);
  const plans = events.flatMap((event) => (event.event === 'plan' ? [event] : []));
  expect(
    plans.map(({ pipeline: name, differences }) => [name, typeof differences === 'string' ? differences : 'changed']),
  ).toEqual([
    ['other', 'new'],
    ['train', 'changed'],
    ['other', 'gone'],
  ]);
  expect(plans.map(devText)[1]).toContain('  + two');
});
