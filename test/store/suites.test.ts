/**
 * Danger: a suite that pipelines share has judged a data set version, and the records do not say which, or in which version; one that
 * refused is forgotten with the failed node; a pipeline that uses it is not told. The steps and the verbs are the real ones.
 */
import { join } from 'node:path';
import type { Pool } from 'pg';
import { z } from 'zod';
import { cleanSteps } from '../../activities/clean';
import { withDuckdb } from '../../activities/data/duckdb';
import { withScratch } from '../../activities/data/scratch';
import { validateSteps } from '../../activities/validate';
import { buildProgram } from '../../cli/main';
import { type Json, pipeline } from '../../core';
import { jsonOf } from '../../core/plan/json';
import { clean, Dataset, ruleSet, suite, validate, versionOf } from '../../steps';
import { addPlan } from '../../store/plans/add-plan';
import { listSuites, listSuiteUses } from '../../store/suites';
import { setStepStage, type StepStage } from './step-stage';

jest.setTimeout(120_000);

let stage: StepStage;
let db: Pool;
const before = { ...process.env };

beforeAll(async () => {
  stage = await setStepStage('suites', [cleanSteps, validateSteps]);
  ({ db } = stage);
  process.env['DATABASE_URL'] = stage.databaseUrl;
});
afterAll(async () => {
  process.env = before;
  await stage.end();
});

const wellFormed = suite('well-formed', [
  { kind: 'not-null', column: 'n' },
  { kind: 'range', column: 'n', max: 50, severity: 'warn' },
]);
const strict = suite('well-formed', [{ kind: 'range', column: 'n', max: 50 }]);
const tidy = ruleSet('tidy', [{ kind: 'clip', name: 'capped', column: 'n', max: 40 }]);

async function aDataset(rows: number): Promise<string> {
  return withScratch(async (scratch) => {
    const path = join(scratch, 'rows.parquet');
    const work = { scratch, signal: new AbortController().signal, reads: [] };
    await withDuckdb(work, (duck) => duck.writeParquet(`SELECT i AS n FROM range(${rows}) r(i)`, path));
    return stage.dependencies.artifacts.putFile(path, 'dataset');
  });
}

async function perennial(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const spy = jest.spyOn(console, 'log').mockImplementation((text: string) => void lines.push(text));
  try {
    await buildProgram().parseAsync(['node', 'perennial', 'data', ...args, '--state', '/nowhere/at/all']);
    return lines.join('\n');
  } finally {
    spy.mockRestore();
    process.exitCode = 0;
  }
}

const parsed = (text: string): Json[] => text.split('\n').map((line) => z.json().parse(JSON.parse(line)));

test('each use is recorded with the version that it was: kept, warned, and refused', async () => {
  const [few, many] = [await aDataset(10), await aDataset(100)];
  const first = await stage.execute('validate', jsonOf({ dataset: few, expectations: [wellFormed] }));
  expect(first.output).toMatchObject({
    suites: [versionOf(wellFormed)],
    results: [{ suite: 'well-formed' }, { suite: 'well-formed', passed: true }],
  });
  await stage.execute('validate', jsonOf({ dataset: many, expectations: [{ kind: 'row-count', min: 1 }, wellFormed] }));
  expect(await listSuiteUses(db, few)).toMatchObject([
    { ...versionOf(wellFormed), members: 2, broken: 0, run: first.run },
  ]);
  const refusal = stage.execute('validate', jsonOf({ dataset: many, expectations: [strict] }));
  await expect(refusal).rejects.toMatchObject({ type: 'PER_DATA_007' });
  expect(await listSuiteUses(db, many)).toMatchObject([
    { ...versionOf(strict), members: 1, broken: 1 },
    { ...versionOf(wellFormed), members: 2, broken: 1, kind: 'suite' },
  ]);
});

test('a rule set is recorded with the version that it made', async () => {
  const dataset = await aDataset(60);
  const { output } = await stage.execute('clean', jsonOf({ dataset, rules: [tidy], quarantine: [], uniqueBy: null }));
  const made = clean.output.parse(output);
  expect(made.ruleSets).toEqual([versionOf(tidy)]);
  expect(made.rules).toEqual([{ name: 'capped', touched: 19 }]);
  expect(await listSuiteUses(db, made.dataset)).toMatchObject([
    { ...versionOf(tidy), kind: 'rule-set', members: 1, broken: null, report: made.report },
  ]);
  expect(await perennial('show', made.dataset)).toMatch(
    /suites +tidy \(rule-set [0-9a-f]{12}\): 1 rules; suites-\d+ n, /,
  );
  const page = await stage.dependencies.artifacts.read(made.report);
  expect(page.toString()).toContain(`Rule set <strong>tidy</strong>, version <code>${versionOf(tidy).digest}</code>`);
});

test('the verb lists each version with its pipelines: those that ran with it, and those whose plan names it', async () => {
  const { plan } = pipeline('not-run-yet', {
    config: z.object({ dataset: Dataset }),
    graph: (g, { dataset }) => g.run(validate, { dataset, expectations: [wellFormed, { kind: 'row-count', min: 1 }] }),
  });
  await addPlan(db, 'ab'.repeat(32), plan);
  const lines = parsed(await perennial('suites', 'well-formed', '--json'));
  expect(lines).toMatchObject([
    { ...versionOf(strict), members: 1, datasets: 1, broken: 1, pipelines: ['p'], named: ['not-run-yet'] },
    { ...versionOf(wellFormed), members: 2, datasets: 2, broken: 1, pipelines: ['p'], named: ['not-run-yet'] },
  ]);
  const text = await perennial('suites');
  for (const said of [
    'well-formed (suite)',
    'tidy (rule-set)',
    'p, not-run-yet (not run with it)',
    '2, 1 of them broke it',
  ]) {
    expect(text).toContain(said);
  }
  expect(parsed(await perennial('suites', 'tidy', '--json'))).toMatchObject([{ named: [], broken: null, datasets: 1 }]);
  // A page at a time.
  const all = (await listSuites(db)).map(({ digest }) => digest);
  expect(all).toHaveLength(3);
  const [last = ''] = all;
  expect((await listSuites(db, { limit: 1 })).map(({ digest }) => digest)).toEqual([last]);
  expect((await listSuites(db, { before: last })).map(({ digest }) => digest)).toEqual(all.slice(1));
});
