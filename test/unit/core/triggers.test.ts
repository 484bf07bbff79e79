// Danger: a trigger that waits for what is never given, so that a pipeline is never started and nobody hears of it; one that
// starts runs which fail for want of a config; or pipelines that start each other until the bill comes.
import { z } from 'zod';
import {
  cron,
  daily,
  type DatasetDigest,
  eq,
  model,
  onDataset,
  type OneOrMore,
  type OnDataset,
  type OutputOf,
  pipeline,
  type Ref,
  type RefBase,
  step,
} from '../../../core';
import { checkTriggers } from '../../../core/checks';
import { digestAt, triggeredRunId, triggersOf } from '../../../core/triggers/trigger';
import { Dataset } from '../../../steps/types';
import { codeOf } from './code-of';

const none = z.object({});
const load = step('load', { input: none, output: z.object({ dataset: Dataset, rows: z.int() }) });
const tidy = step('tidy', {
  input: z.object({ dataset: Dataset }),
  output: z.object({ parts: z.object({ clean: Dataset }) }),
});
const rank = step('rank', { input: z.object({ dataset: Dataset }), output: none });

const flights = pipeline('flights', {
  config: none,
  graph(g) {
    const raw = g.run(load, {});
    const { parts } = g.run(tidy, { dataset: raw.dataset });
    const mayBe = g.branch('some', eq(raw.rows, 0), { then: () => g.run(load, {}, { id: 'again' }).dataset });
    return { raw, all: { clean: parts.clean }, list: [raw.dataset, parts.clean], mayBe };
  },
});
const taking = z.object({ flights: Dataset, worst: z.int().default(3) });
const late = (name: string, on: OneOrMore<OnDataset<'flights'>>) =>
  pipeline(name, { config: taking, on, graph: (g, config) => g.run(rank, { dataset: config.flights }) });
const clean = onDataset(flights, (made) => made.all.clean, { into: 'flights' });

describe('a data set of another pipeline', () => {
  test('is found where its step gives it, however its value is put together', () => {
    expect(clean).toEqual({
      kind: 'dataset',
      pipeline: 'flights',
      node: 'tidy',
      path: ['parts', 'clean'],
      into: 'flights',
    });
    expect(onDataset(flights, (made) => made.raw.dataset)).toMatchObject({
      node: 'load',
      path: ['dataset'],
      into: null,
    });
    const second = (made: Ref<OutputOf<typeof flights>>): RefBase<DatasetDigest> => made.list[1] ?? made.all.clean;
    const { node, path } = onDataset(flights, (made) => second(made));
    expect({ node, path }).toEqual({ node: 'tidy', path: ['parts', 'clean'] });
    const single = pipeline('single', { config: none, graph: (g) => g.run(load, {}).dataset });
    expect(onDataset(single, (made) => made)).toMatchObject({ node: 'load', path: ['dataset'] });
  });

  test('is refused where no step at the top gives it: an arm, a called pipeline, nothing at all', () => {
    const calling = pipeline('calling', { config: none, graph: (g) => g.call(flights, {}) });
    const constant = pipeline('constant', { config: none, graph: () => ({ dataset: Dataset.parse('a'.repeat(64)) }) });
    // @ts-expect-error it may be null
    expect(codeOf(() => onDataset(flights, (made) => made.mayBe))).toBe('PER_DEF_080');
    expect(codeOf(() => onDataset(calling, (made) => made.all.clean))).toBe('PER_DEF_080');
    expect(codeOf(() => onDataset(constant, (made) => made.dataset))).toBe('PER_DEF_080');
  });

  test('starts nothing with partitions, and no config that needs more than it', () => {
    const graph = () => null;
    const partitions = daily({ from: '2026-01-01' });
    expect(codeOf(() => pipeline('parted', { config: taking, on: clean, partitions, graph }))).toBe('PER_DEF_081');
    const needs = taking.extend({ table: z.string() });
    expect(codeOf(() => pipeline('needs', { config: needs, on: clean, graph }))).toBe('PER_DEF_082');
    const other = { kind: 'dataset', pipeline: 'flights', node: 'tidy', path: [], into: 'other' } as const;
    // @ts-expect-error no such key
    expect(codeOf(() => pipeline('other', { config: taking, on: other, graph }))).toBe('PER_DEF_082');
  });

  test('is the cause of a model, whose pipeline is not started past its keeper', () => {
    const retrain = pipeline('retrain', { config: none, graph: (g) => g.run(load, {}).dataset });
    const of = {
      schedule: cron('0 2 * * *'),
      monitors: [],
      policy: { cooldown: '1d' },
      serving: { features: {} },
    } as const;
    const on = onDataset(flights, (made) => made.all.clean);
    const kept = model('kept', { ...of, retrain, config: {}, on });
    expect(triggersOf({ pipelines: [retrain], models: [kept] })).toEqual([
      {
        pipeline: 'flights',
        node: 'tidy',
        path: ['parts', 'clean'],
        starts: { kind: 'model', name: 'kept', clock: 'wall' },
      },
    ]);
    const started = late('started', clean);
    const config = { flights: Dataset.parse('a'.repeat(64)) };
    expect(codeOf(() => model('past', { ...of, retrain: started, config }))).toBe('PER_DEF_081');
  });
});

describe('the triggers of a project', () => {
  test('two lists of them are those of each pipeline', () => {
    const both = late('late', [clean, onDataset(flights, (made) => made.raw.dataset, { into: 'flights' })]);
    expect(triggersOf({ pipelines: [both], models: [] }).map(({ node, starts }) => [node, starts])).toEqual([
      ['tidy', { kind: 'pipeline', name: 'late', into: 'flights' }],
      ['load', { kind: 'pipeline', name: 'late', into: 'flights' }],
    ]);
    expect(codesOf([flights, both])).toEqual([]);
  });

  test('none waits for a pipeline that is not there', () => {
    expect(codesOf([late('late', clean)])).toEqual(['PER_DEF_083']);
  });

  test('no pipeline is started by itself: by a call, or a model, or others in a row; one that two start is no circle', () => {
    const caller = pipeline('caller', {
      config: taking,
      on: clean,
      graph(g, config) {
        g.run(rank, { dataset: config.flights });
        return g.call(flights, {});
      },
    });
    expect(codesOf([flights, caller])).toEqual(['PER_DEF_084']);
    const on = (...names: string[]) => names.map((pipeline) => ({ pipeline }));
    const one = (name: string, from: string[], calls: string[] = []) => ({
      name,
      on: on(...from),
      calls: calls.map((called) => ({ name: called })),
    });
    const row = [one('a', ['c']), one('b', ['a']), one('c', ['b'])];
    const found = checkTriggers({ pipelines: row, models: [] });
    expect(found.map(({ message }) => message)).toEqual(['Runs would start each other for ever: c -> a -> b -> c.']);
    const model = { name: 'm', on: on('b'), retrain: { name: 'a' } };
    expect(checkTriggers({ pipelines: [one('a', []), one('b', ['a'])], models: [model] })).toHaveLength(1);
    const diamond = [one('a', []), one('b', ['a']), one('c', ['a']), one('d', ['b', 'c'], ['e']), one('e', [])];
    expect(checkTriggers({ pipelines: diamond, models: [] })).toEqual([]);
  });
});

test('a digest is read where it stands, and nothing else is one', () => {
  const digest = 'ab'.repeat(32);
  expect(digestAt({ parts: [{ clean: digest }] }, ['parts', 0, 'clean'])).toBe(digest);
  for (const output of [null, 'x', { parts: null }, { parts: [{ clean: digest.toUpperCase() }] }, { parts: [] }]) {
    expect(digestAt(output, ['parts', 0, 'clean'])).toBeNull();
  }
  expect(triggeredRunId('late', 'flights', digest)).toBe('late:flights-abababababababab');
});

function codesOf(pipelines: Parameters<typeof checkTriggers>[0]['pipelines']): string[] {
  return checkTriggers({ pipelines, models: [] }).map(({ code }) => code);
}
