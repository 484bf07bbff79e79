/* oxlint-disable typescript/no-unsafe-assignment -- what the compiler refuses has the type of an error */
// Danger: wrong wiring that compiles. Each line below must be refused by the compiler: an error that is no longer one
// makes `npm run typecheck` fail. Nothing here runs.
import { z } from 'zod';
import {
  and,
  coalesce,
  command,
  eq,
  type Graph,
  gte,
  implement,
  model,
  not,
  pipeline,
  type Ref,
  step,
} from '../../core';
import { cron } from '../../core';
import { churn, deploy, extract, pickBest, train, trainChurn } from './churn';

declare const g: Graph;
declare const config: Ref<{
  table: string;
  n: number;
  on: boolean;
  seeds: number[];
  kind: 'a' | 'b';
  note: string | null;
}>;

export function inputs(): void {
  const data = g.run(extract, { table: config.table, days: 90 });
  const trained = g.run(train, { dataset: data.dataset, seed: 1 });
  // @ts-expect-error a number where a data set is asked
  g.run(train, { dataset: data.rows, seed: 1 });
  // @ts-expect-error a model where a data set is asked: both are text, their brands differ
  g.run(train, { dataset: trained.model, seed: 1 });
  // @ts-expect-error plain text where a data set is asked
  g.run(train, { dataset: config.table, seed: 1 });
  // @ts-expect-error a missing input
  g.run(train, { dataset: data.dataset });
  // @ts-expect-error an input that the step does not have
  g.run(train, { dataset: data.dataset, seed: 1, sead: 2 });
  // @ts-expect-error an output that the step does not have
  g.run(train, { dataset: data.datasets, seed: 1 });
  // @ts-expect-error a config key that is not there
  g.run(extract, { table: config.tables, days: 90 });
  // @ts-expect-error one where a list is asked
  g.run(pickBest, trained);
  // @ts-expect-error a nullable value where a value is asked
  g.run(extract, { table: config.note, days: 90 });
  // @ts-expect-error a field of what may be null
  g.run(extract, { table: config.note.length, days: 90 });
  // Mended: the null is given a value.
  g.run(extract, { table: coalesce(config.note, 'none'), days: 90 });
}

export function conditions(): void {
  // @ts-expect-error a comparison of a reference with JavaScript's own operators
  if (config.n > 3) g.run(extract, { table: 't', days: 1 });
  // @ts-expect-error gte of something that is no number
  gte(config.table, 3);
  // @ts-expect-error a value that the left side never has
  eq(config.kind, 'c');
  // @ts-expect-error a number as a condition
  g.branch('b', config.n, { then: () => null });
  // @ts-expect-error a number among conditions
  and(config.on, config.n);
  // @ts-expect-error text as a condition
  not(config.table);
  // @ts-expect-error a condition that is computed while defining
  g.branch('b', () => true, { then: () => null });
}

export function shapes(): void {
  // @ts-expect-error a map over something that is no list
  g.map('m', config.n, (item) => item);
  // @ts-expect-error an item of another type than the step asks for
  g.map('m', config.seeds, (seed) => g.run(extract, { table: seed, days: 1 }));
  // @ts-expect-error `after` something that is no node's value
  g.run(extract, { table: 't', days: 1 }, { after: 'train' });
  const released = g.branch('gate', config.on, { then: () => g.run(extract, { table: 't', days: 1 }) });
  // @ts-expect-error the value of a branch that may not have run
  g.run(train, { dataset: released.dataset, seed: 1 });
  const days = (seed: Ref<number>) => g.run(extract, { table: 't', days: seed }).rows;
  // @ts-expect-error a number of failures that is a word
  g.map('m', config.seeds, days, { tolerate: 'some' });
  const tries = g.map('tries', config.seeds, days, { tolerate: 2 });
  // @ts-expect-error the value of an item that may have failed, where a number is asked
  g.map('m', tries, (tried) => g.run(extract, { table: 't', days: tried.value }));
  // @ts-expect-error an item that may have failed, as if it were its value
  g.map('m', tries, (tried) => g.run(extract, { table: 't', days: tried }));
  // Mended: what failed counts for none.
  g.map('m', tries, (tried) => g.run(extract, { table: 't', days: coalesce(tried.value, 0) }));
}

export function overrides(): void {
  const input = { table: 't', days: 1 };
  // @ts-expect-error a priority that Temporal does not have
  g.run(extract, input, { priority: 6 });
  // @ts-expect-error a timeout without a unit
  g.run(extract, input, { timeout: 'an hour' });
  // @ts-expect-error what only a contract says
  g.run(extract, input, { pool: 'gpu' });
  // @ts-expect-error a retry that is a number
  g.run(extract, input, { retry: 3 });
  // @ts-expect-error tags that are one text
  g.run(extract, input, { tags: 'nightly' });
  // @ts-expect-error a timeout of what is no step
  g.map('m', config.seeds, (seed) => seed, { timeout: '1h' });
  // @ts-expect-error the priority of a person
  g.approval('ok', { priority: 1 });
  g.run(extract, input, { id: 'e', timeout: '1h', retry: { attempts: 1, never: ['X'] }, priority: 1, cache: false });
  g.map('m', config.seeds, (seed) => seed, { maxParallel: 2, priority: 5, tags: ['nightly'] });
}

export function declarations(): void {
  // @ts-expect-error a contract without a handler
  implement({ train, deploy }, { deploy: () => ({ url: 'https://example.org' }) });
  // @ts-expect-error a handler that gives the wrong shape
  implement({ deploy }, { deploy: () => ({ uri: 'https://example.org' }) });
  // @ts-expect-error a handler that asks for another input than the contract gives
  implement({ deploy }, { deploy: ({ modell }) => ({ url: modell }) });
  // @ts-expect-error what is neither a function nor a command
  implement({ deploy }, { deploy: { program: 'python3' } });
  // @ts-expect-error a command that needs a shell to be taken apart
  command({ program: 'python3', arguments: 'fit.py --fast' });
  // @ts-expect-error an argument that is no text
  command({ program: 'python3', arguments: ['--seed', 3] });
  // Mended: a program in place of a function, beside one.
  implement(
    { train, deploy },
    { train: command({ program: 'python3' }), deploy: () => ({ url: 'https://example.org' }) },
  );
  // @ts-expect-error a duration without a unit
  step('s', { input: z.object({}), output: z.object({}), timeout: '2 hours' });
  // @ts-expect-error a config that is no object
  pipeline('p', { config: z.string(), graph: () => null });
  const rest = { retrain: trainChurn, schedule: cron('0 2 * * *'), monitors: [], serving: churn.serving };
  // @ts-expect-error a model whose config does not fit its pipeline
  model('m', { ...rest, config: { table: 'events' }, policy: { cooldown: '1d' } });
  // @ts-expect-error a policy without a cool-down
  model('m', { ...rest, config: { table: 'events', seeds: [1] }, policy: {} });
}
