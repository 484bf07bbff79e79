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
import { listSuites, listSuiteUses, type SuiteLine } from '../../store/suites';
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

/** What is told to a person whose command line is refused; exit code 2. */
async function refusalOf(...args: string[]): Promise<string> {
  const told: string[] = [];
  const spy = jest.spyOn(console, 'error').mockImplementation((text: string) => void told.push(text));
  try {
    await buildProgram().parseAsync(['node', 'perennial', 'data', ...args, '--state', '/nowhere/at/all']);
    expect(process.exitCode).toBe(2);
    return told.join('\n');
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
});

test('pages go line by line, though two names have one content, and with it one digest', async () => {
  const dataset = await aDataset(20);
  const twin = suite('same-content', wellFormed.expectations);
  expect(versionOf(twin).digest).toBe(versionOf(wellFormed).digest);
  // Used in one commit: nothing but their names tells the two lines apart.
  await stage.execute('validate', jsonOf({ dataset, expectations: [wellFormed, twin] }));
  const all = await listSuites(db);
  expect(all.map(({ name }) => name).sort()).toEqual(['same-content', 'tidy', 'well-formed', 'well-formed']);
  const paged: SuiteLine[] = [];
  for (let before = all.at(0); before !== undefined;) {
    paged.push(before);
    const page = await listSuites(db, { before, limit: 1 });
    expect(page.length).toBeLessThanOrEqual(1);
    before = page[0];
  }
  expect(paged).toEqual(all);
  expect(await listSuites(db, { limit: 1 })).toEqual(all.slice(0, 1));
  // By a line of another name: that of the page before need not be among those asked for.
  const [first] = all;
  const others = all.filter(({ name }) => name === 'tidy');
  expect(first && (await listSuites(db, { before: first, name: 'tidy' }))).toEqual(others);
  // By what the list shows of a line.
  const next = all.slice(1).map(({ name, digest }) => ({ name, digest }));
  for (const kind of ['', ' (suite)']) {
    const shown = `${first?.name}${kind} ${first?.digest.slice(0, 12)}`;
    expect(parsed(await perennial('suites', '--before', shown, '--json'))).toMatchObject(next);
  }
});

test('a page before a version that is not there, or by a digest alone, is refused with a code, not empty', async () => {
  const { digest } = versionOf(wellFormed);
  for (const before of ['well-formed 000000', 'nobody-knows 3fa9c1', digest, 'well-formed']) {
    const refused = await refusalOf('suites', '--before', before);
    expect(refused).toContain('PER_DATA_081');
    expect(refused).toContain(`'${before}'`);
  }
});

test('no more than 1,000 lines are read at once, whoever asks', async () => {
  await db.query(
    `INSERT INTO suite_uses (dataset, name, digest, kind, run_id, address, members, broken, report)
     SELECT repeat('c', 64), 'many', lpad(i::text, 64, '0'), 'suite', 'r', 'a', 1, 0, repeat('d', 64)
     FROM generate_series(1, 1001) i`,
  );
  expect(await listSuites(db, { name: 'many', limit: 5_000 })).toHaveLength(1_000);
});
