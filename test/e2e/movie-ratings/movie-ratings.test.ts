/**
 * Danger: rules of cleaning, checks and features that each hold by themselves, and a real table that they do not bring through:
 * rows that nobody accounts for, mess that reaches the model, or a model that answers a dirty row otherwise than it learnt. The
 * example on movies.json runs as a project's own would, from a person's cause to an answer of serving.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { withDuckdb } from '../../../activities/data/duckdb';
import { championServed, keeperSettled } from '../../../cli/demo/settle';
import type { Api } from '../../../cli/demo/traffic';
import { connect, type Connection } from '../../../client/connection';
import { reportCause } from '../../../client/report-cause';
import { features, movies } from '../../../pipelines/movie-ratings/data';
import { movieRatingsModel as model } from '../../../pipelines/movie-ratings/model';
import { diskArtifacts } from '../../../store/artifacts';
import { listDecisions } from '../../../store/keeper/list-decisions';
import { findModelVersion } from '../../../store/models/find-model-version';
import { listNodes } from '../../../store/nodes/list-nodes';

jest.setTimeout(120_000);

const Environment = z.object({
  PERENNIAL_TEST_STATE: z.string(),
  PERENNIAL_TEST_DATABASE_URL: z.string(),
  PERENNIAL_TEST_TEMPORAL_ADDRESS: z.string(),
  PERENNIAL_TEST_SERVING_URL: z.string(),
  PERENNIAL_TEST_TOKEN: z.string(),
});
const page = { limit: 1_000 };
const docs = readFileSync(join(__dirname, '../../../docs/MESSY-DATA.md'), 'utf8');
const Film = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));
type Film = z.infer<typeof Film>;

let connection: Connection;
let artifacts: ReturnType<typeof diskArtifacts>;
let api: Api;
let outputs: ReadonlyMap<string, unknown>;
let table: Film[];

beforeAll(async () => {
  const env = Environment.parse(process.env);
  connection = await connect({
    address: env.PERENNIAL_TEST_TEMPORAL_ADDRESS,
    databaseUrl: env.PERENNIAL_TEST_DATABASE_URL,
  });
  artifacts = diskArtifacts(connection.db, join(env.PERENNIAL_TEST_STATE, 'artifacts'));
  const headers = { authorization: `Bearer ${env.PERENNIAL_TEST_TOKEN}`, 'content-type': 'application/json' };
  api = { url: env.PERENNIAL_TEST_SERVING_URL, model: model.name, headers };
  const file = join(__dirname, '../../../node_modules', movies.package, movies.path);
  table = z.array(Film).parse(JSON.parse(readFileSync(file, 'utf8')));

  await reportCause(connection, model, { kind: 'person', idempotencyKey: 'first', evidence: null });
  await keeperSettled(connection.db, model.name, 0);
  const decisions = await listDecisions(connection.db, model.name, page);
  const retrain = decisions.find(({ action }) => action === 'retrain')?.runId ?? '';
  const nodes = await listNodes(connection.db, retrain, page);
  outputs = new Map(nodes.map(({ address, output }) => [address, output]));
});

afterAll(() => connection.close());

const Cleaned = z.object({
  rowsIn: z.int(),
  rows: z.int(),
  quarantined: z.int(),
  duplicates: z.int(),
  reasons: z.record(z.string(), z.int()),
  rules: z.array(z.object({ name: z.string(), touched: z.int() })),
  dataset: z.string(),
  quarantine: z.string(),
  report: z.string(),
});

const cleaned = (): z.infer<typeof Cleaned> => Cleaned.parse(outputs.get('clean'));

test('each film of the table is clean, in quarantine with its reason, or a duplicate', () => {
  const { rowsIn, rows, quarantined, duplicates, reasons, rules } = cleaned();
  expect(rowsIn).toBe(table.length);
  expect({ rows, quarantined, duplicates }).toEqual({ rows: 2_916, quarantined: 262, duplicates: 23 });
  expect(rows + quarantined + duplicates).toBe(rowsIn);
  expect(reasons).toEqual({
    rating_unreadable: 0,
    votes_unreadable: 0,
    title_missing: 1,
    rating_missing: 213,
    rating_impossible: 0,
    votes_too_few: 48,
  });
  for (const { name, touched } of rules)
    expect(docs).toMatch(new RegExp(`^\\| \`${name}\` \\| \\w+ \\| ${touched} \\|$`, 'm'));
  expect(Object.fromEntries(rules.map(({ name, touched }) => [name, touched]))).toEqual({
    rating_unreadable: 0,
    votes_unreadable: 0,
    letters_of_another_encoding: 18,
    addition_to_title: 6,
    article_behind: 4,
    spaces_in_a_row: 2,
    spaces_around: 6,
    century_too_late: table.filter((film) => Number(String(film['Release Date']).slice(-4)) >= 2012).length,
    us_gross_unknown: table.filter((film) => film['US Gross'] === 0).length,
    gross_unknown: table.filter((film) => film['Worldwide Gross'] === 0).length,
  });
});

test('the report shows what rules made of rows; the data sets hold the repaired films, and the refused ones as they came', async () => {
  const report = String(await artifacts.read(cleaned().report));
  for (const shown of [
    'De battre mon coeur s&#39;est arrêté',
    '1946-12-31 00:00:00',
    'The Charge of the Light Brigade',
  ]) {
    expect(report).toContain(shown);
  }
  const Row = z.object({ title: z.string().nullable(), released: z.string(), reason: z.string().nullable() });
  const select = async (digest: string, reason: string, where: string) => {
    const path = await artifacts.pathOf(digest);
    const work = { scratch: join(path, '..'), signal: new AbortController().signal, reads: [path] };
    const sql = `SELECT "Title" AS title, strftime("Release Date", '%Y-%m-%d') AS released, ${reason} AS reason
                 FROM read_parquet($path) WHERE ${where} ORDER BY 1, 2`;
    return withDuckdb(work, (duck) => duck.rows(Row, sql, { path }));
  };
  const titles = `"Title" IN ('300', 'Ben-Hur', 'Déjà Vu', 'The Birth of a Nation')`;
  expect(await select(cleaned().dataset, 'NULL', titles)).toEqual([
    { title: '300', released: '2007-03-09', reason: null },
    // The one of 1925 stood there with the same votes.
    { title: 'Ben-Hur', released: '1959-11-18', reason: null },
    { title: 'Déjà Vu', released: '2006-11-22', reason: null },
    { title: 'The Birth of a Nation', released: '1915-02-08', reason: null },
  ]);
  expect(
    await select(cleaned().quarantine, 'quarantine_reason', `"Title" IN ('Commando', 'King Kong (1933)')`),
  ).toEqual([
    { title: 'Commando', released: '1985-10-04', reason: 'votes_too_few' },
    { title: 'King Kong (1933)', released: '2033-04-07', reason: 'rating_missing' },
  ]);
});

test('what must hold holds, and what only warns names its rows', () => {
  const Result = z.object({
    expectation: z.string(),
    severity: z.string(),
    passed: z.boolean(),
    violations: z.int().nullable(),
  });
  const Judged = z.object({ warnings: z.int(), results: z.array(Result) });
  const { warnings, results } = Judged.parse(outputs.get('validate'));
  expect(results.filter(({ severity }) => severity === 'fail').map(({ passed }) => passed)).toEqual(
    Array.from({ length: 14 }, () => true),
  );
  expect(warnings).toBe(3);
  expect(
    results.filter(({ passed }) => !passed).map(({ expectation, violations }) => [expectation, violations]),
  ).toEqual([
    ["'MPAA Rating' is one of 6 values", 2],
    ["'Running Time min' is null in at most 0.5 of rows", 1_787],
    ['no letter of the film board before it gave any', 8],
  ]);
  expect(Judged.parse(outputs.get('validate-parts')).warnings).toBe(0);
});

test('the model is better than its baseline, and what its features fitted is of the training part', async () => {
  const version = await findModelVersion(connection.db, model.name, 1);
  const Quality = z.object({ rows: z.int(), rocAuc: z.number(), logLoss: z.number() });
  const { candidate, baseline } = z.object({ candidate: Quality, baseline: Quality }).parse(version?.evaluation);
  expect(candidate.rows).toBe(716);
  expect(candidate.rocAuc).toBeGreaterThan(0.85);
  expect(candidate.logLoss).toBeLessThan(baseline.logLoss);
  const { fitted } = z
    .object({ fitted: z.record(z.string(), z.object({ fill: z.unknown(), filled: z.int() })) })
    .parse(version?.metrics);
  expect(fitted).toMatchObject({
    budget: { fill: 20_000_000 },
    'running-time': { fill: 107, filled: 1_347 },
    'mpaa-rating': { fill: 'not rated' },
    genre: { fill: 'comedy' },
  });
});

const columnsAsked = [...new Set(features.features.flatMap((f) => [f.column, otherOf(f.otherwise)]))].filter(
  (name): name is string => name !== undefined,
);

function otherOf(otherwise: unknown): string | undefined {
  const parsed = z.union([z.string(), z.object({ column: z.string() })]).safeParse(otherwise).data;
  return typeof parsed === 'object' ? parsed.column : parsed;
}

async function ask(films: readonly Film[]): Promise<number[]> {
  const rows = films.map((film) => Object.fromEntries(columnsAsked.map((name) => [name, film[name] ?? null])));
  const url = `${api.url}/v1/models/${api.model}/predict`;
  const response = await fetch(url, { method: 'POST', headers: api.headers, body: JSON.stringify({ rows }) });
  const Answer = z.object({ version: z.literal(1), predictions: z.array(z.object({ probability: z.number() })) });
  return Answer.parse(await response.json()).predictions.map(({ probability }) => probability);
}

describe('the model that serves', () => {
  beforeAll(async () => {
    expect(await championServed(connection.db, api)).toBe(1);
  });

  test('answers the training rows, holes and all, as the trainer did', async () => {
    const Golden = z.object({ rows: z.array(Film), probabilities: z.array(z.number()) });
    const { golden } = z.object({ golden: z.string() }).parse(outputs.get('train-gbdt'));
    const { rows, probabilities } = Golden.parse(JSON.parse(String(await artifacts.read(golden))));
    expect(rows.filter((row) => Object.values(row).includes(null)).length).toBeGreaterThan(50);
    const answered = await ask(rows);
    expect(answered).toHaveLength(100);
    for (const [i, probability] of answered.entries()) expect(probability).toBeCloseTo(probabilities[i] ?? NaN, 5);
  });

  test('answers films as the table has them as it answers them once cleaned', async () => {
    const withoutTakings = table.filter((film) => film['US Gross'] === 0);
    expect(withoutTakings).toHaveLength(66);
    const known = (takings: Film[string] | undefined): Film[string] => (takings === 0 ? null : (takings ?? null));
    const repaired = withoutTakings.map((film) => ({
      ...film,
      'US Gross': null,
      'Worldwide Gross': known(film['Worldwide Gross']),
    }));
    expect(await ask(withoutTakings)).toEqual(await ask(repaired));
  });

  test('answers the row that the documents ask with, and its figures are those that they tell', async () => {
    const [, row = ''] = /--rows '([^']+)'/.exec(docs) ?? [];
    const asked = z.array(Film).parse(JSON.parse(row));
    expect(Object.keys(asked[0] ?? {}).sort()).toEqual([...columnsAsked].sort());
    const [probability] = await ask(asked);
    expect(probability).toBeGreaterThan(0.5);
    const version = await findModelVersion(connection.db, model.name, 1);
    const Quality = z.object({ rocAuc: z.number(), logLoss: z.number() });
    const { candidate, baseline } = z.object({ candidate: Quality, baseline: Quality }).parse(version?.evaluation);
    const told = [candidate.rocAuc, candidate.logLoss, baseline.rocAuc, baseline.logLoss].map((n) => n.toFixed(3));
    const [trees, treesLoss, linear, linearLoss] = told;
    expect(docs).toContain(
      `ROC-AUC of ${trees}\n(log loss ${treesLoss}); a linear model on the same features has ${linear} (${linearLoss})`,
    );
  });

  test.each<[string, Film, Film]>([
    ['a rating that there never was', { 'MPAA Rating': 'Open' }, { 'MPAA Rating': 'Not Rated' }],
    ['no rating', { 'MPAA Rating': null }, { 'MPAA Rating': 'Not Rated' }],
    ['a budget of nothing', { 'Production Budget': 0 }, { 'Production Budget': 20_000_000 }],
    ['a budget beyond the training films', { 'Production Budget': 9e9 }, { 'Production Budget': 175_000_000 }],
    ['a running time that nobody noted', { 'Running Time min': null }, { 'Running Time min': 107 }],
    ['a genre that nobody noted', { 'Major Genre': null }, { 'Major Genre': 'Comedy' }],
    ['a studio under its old name', { Distributor: 'Sony/TriStar' }, { Distributor: 'Sony Pictures' }],
  ])('takes %s for what its rules say', async (_what, dirty, clean) => {
    const films = table.slice(0, 200);
    const asked = await ask(films.map((film) => ({ ...film, ...dirty })));
    expect(asked).toEqual(await ask(films.map((film) => ({ ...film, ...clean }))));
    expect(asked).not.toEqual(await ask(films));
  });
});
