/**
 * Danger: pages that say other things of a pipeline than it does, that differ from one call to the next, so that the check
 * in CI fails for nothing, or that pass the check though the pipeline has changed; or somebody's own file is written over.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { configTable } from '../../../cli/project-docs/config-table';
import { bringUpToDate, compareFolder } from '../../../cli/project-docs/keep-pages';
import { MARK, pagesOf } from '../../../cli/project-docs/pages';
import { cron, doneBy, model, onDataset, pipeline, step } from '../../../core';
import { planText } from '../../../cli/verbs/plan';
import { Dataset } from '../../../steps/types';
import { planToMermaid } from '../../../core/plan/mermaid';

const N = z.object({ n: z.number() });
const fit = step('fit', {
  ...{ input: N, output: N, pool: 'gpu', timeout: '2h', heartbeat: '30s', retry: { attempts: 5, firstDelay: '10s' } },
  description: 'Fits a | line.',
  owners: ['ana'],
});
const plain = step('plain', { input: N, output: N, cache: false });
const inner = pipeline('inner', { config: N, graph: (g, { n }) => g.run(plain, { n }) });
const train = pipeline('train', {
  description: 'Trains it.',
  owners: ['risk', 'ana'],
  config: z.object({ n: z.int().min(1).max(9).default(3).describe('How many.'), table: z.string() }),
  graph(g, { n }) {
    g.run(fit, { n }, { id: 'again', timeout: '4h' });
    return g.call(inner, { n: g.run(fit, { n }).n });
  },
});
const nightly = pipeline('nightly', {
  config: z.object({}),
  schedule: cron('0 3 * * *'),
  graph: (g) => g.run(plain, { n: 1 }),
});
const churn = model('churn', {
  ...{ retrain: train, config: { table: 't' }, schedule: cron('0 2 * * 1', { timezone: 'Europe/Berlin' }) },
  ...{ monitors: [{ kind: 'drift', name: 'psi' }], policy: { cooldown: '1d' }, serving: { features: {} } },
  owners: ['bo'],
});
const project = { pipelines: [train, nightly], models: [churn], workflows: [] };
const pages = pagesOf(project);
const page = (name: string): string => pages.get(name) ?? '';

describe('the page of a pipeline', () => {
  const text = page('train.md');
  const rowOf = (start: string): string => text.split('\n').find((line) => line.startsWith(`| ${start}`)) ?? '';

  test('says what it is for, whose it is, and draws the graph', () => {
    expect(text).toContain('Trains it.\n\nOwners: risk, ana\n');
    expect(text).toContain(`\`\`\`mermaid\n${planToMermaid(train.plan).trimEnd()}\n\`\`\``);
  });

  test('has each key of the config with type, bounds, default and description', () => {
    expect(rowOf('`n`')).toBe('| `n` | whole number, 1 to 9 | `3` | How many. |');
    expect(rowOf('`table`')).toBe('| `table` | text | needed |  |');
  });

  test('has each step with its pool, time-outs, executions, uses, owners and description', () => {
    const row = rowOf('`fit`');
    for (const said of [
      '`gpu`',
      '2h',
      '30s',
      'at most 5, after 10s',
      '`fit`',
      '`again` (timeout 4 h',
      'ana',
      'Fits a \\| line.',
    ])
      expect(row).toContain(said);
    expect(page('inner.md')).toMatch(/`plain` .*never cached/);
  });

  test('says what starts it', () => {
    expect(text).toContain('the keeper of the model `churn`');
    expect(text).toContain('`0 2 * * 1` (Europe/Berlin)');
    expect(text).toContain('`psi` (drift)');
    expect(page('inner.md')).toContain('a run of [train](train.md), which calls it');
    expect(page('nightly.md')).toContain('the schedule `0 3 * * *` (UTC)');
  });
});

test('both pages of a trigger say so: what starts, and what it starts', () => {
  const make = step('make', { input: N, output: z.object({ data: Dataset }) });
  const made = pipeline('made', { config: z.object({}), graph: (g) => g.run(make, { n: 1 }) });
  const taking = z.object({ from: Dataset });
  const into = onDataset(made, (value) => value.data, { into: 'from' });
  const taker = pipeline('taker', {
    config: taking,
    on: into,
    deadline: doneBy('06:00', { timezone: 'Europe/Berlin', days: 'sat,sun' }),
    graph: (_g, config) => config.from,
  });
  const kept = model('kept', {
    ...{
      retrain: train,
      config: { table: 't' },
      schedule: cron('0 2 * * 1'),
      monitors: [],
      policy: { cooldown: '1d' },
    },
    ...{ serving: { features: {} }, on: onDataset(made, (value) => value.data) },
  });
  const all = pagesOf({ pipelines: [made, taker, train], models: [kept], workflows: [] });
  expect(all.get('taker.md')).toContain(
    '- each new version of `make.data` of [made](made.md), which its config has under `from`',
  );
  expect(all.get('train.md')).toContain('  - each new version of `make.data` of [made](made.md)');
  const section = all.get('made.md')?.split('## What its data sets start\n\n')[1];
  expect(section?.split('\n')).toEqual(
    expect.arrayContaining([
      '- `make.data`: a run of [taker](taker.md) for each new version',
      '- `make.data`: a cause for the keeper of the model `kept`, for each new version',
    ]),
  );
  expect(page('train.md')).not.toContain('What its data sets start');
  const plan = planText('h', taker.plan, null, taker);
  expect(plan.split('\n').slice(2, 4)).toEqual([
    'on       each new version of make.data of made, as config.from',
    'done by  06:00 Europe/Berlin, Sunday, Saturday',
  ]);
  expect(all.get('taker.md')).toContain('It must be done by 06:00 Europe/Berlin, Sunday, Saturday.');
});

test('the index names every pipeline, the called one too, and every model', () => {
  expect([...pages.keys()]).toEqual(['README.md', 'inner.md', 'nightly.md', 'train.md']);
  for (const said of ['[inner](inner.md)', '[train](train.md) | Trains it. | risk, ana', '`churn`', 'bo'])
    expect(page('README.md')).toContain(said);
});

test('the order in which a project names its things does not show', () => {
  expect(pagesOf({ ...project, pipelines: [nightly, train] })).toEqual(pages);
});

test.each([
  [z.object({ a: z.array(z.enum(['x', 'y'])).max(3) }), '| `a` | list of "x" or "y", at most 3 |'],
  [z.object({ a: z.number().gt(0).nullable() }), '| `a` | number, above 0 or null |'],
  [z.object({ a: z.record(z.string(), z.boolean()) }), '| `a` | object of true or false |'],
  [z.object({ a: z.object({ b: z.int().default(2) }) }), '| `a.b` | whole number | `2` |'],
  [
    z.object({ a: z.object({ b: z.int().default(2) }).prefault({ b: 5 }) }),
    '| `a.b` | whole number | `5` (in an object of your own: `2`) |',
  ],
])('a config in words', (config, row) => {
  expect(configTable(pipeline('p', { config, graph: () => null }).plan.config)).toContain(row);
});

describe('the folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'perennial-docs-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('is up to date once it was written; not any more when a pipeline has changed, and nothing is written by looking', () => {
    expect(compareFolder(folder, pages).missing).toHaveLength(4);
    bringUpToDate(folder, pages);
    expect(compareFolder(folder, pages)).toEqual({ missing: [], changed: [], surplus: [] });
    const edited = pipeline('nightly', { config: N, graph: (g, { n }) => g.run(plain, { n }) });
    const found = compareFolder(folder, pagesOf({ ...project, pipelines: [train, edited] }));
    expect(found).toEqual({ missing: [], changed: ['README.md', 'nightly.md'], surplus: [] });
    expect(readFileSync(join(folder, 'nightly.md'), 'utf8')).toBe(page('nightly.md'));
  });

  test('loses the page of a pipeline that is gone, and keeps the files of others', () => {
    bringUpToDate(folder, pages);
    writeFileSync(join(folder, 'mine.md'), 'mine');
    const { surplus } = bringUpToDate(folder, pagesOf({ ...project, pipelines: [train] }));
    expect(surplus).toEqual(['nightly.md']);
    expect([existsSync(join(folder, 'nightly.md')), existsSync(join(folder, 'mine.md'))]).toEqual([false, true]);
  });

  test('a file of another hand is not written over, and then nothing is', () => {
    writeFileSync(join(folder, 'train.md'), 'mine');
    expect(() => bringUpToDate(folder, pages)).toThrow(/PER_STACK_061.*train\.md/);
    expect(readFileSync(join(folder, 'train.md'), 'utf8')).toBe('mine');
    expect(existsSync(join(folder, 'README.md'))).toBe(false);
  });

  test('the line ends of a checkout do not count', () => {
    bringUpToDate(folder, pages);
    writeFileSync(join(folder, 'train.md'), page('train.md').replaceAll('\n', '\r\n'));
    expect(compareFolder(folder, pages).changed).toEqual([]);
    expect(page('train.md').startsWith(MARK)).toBe(true);
  });
});
