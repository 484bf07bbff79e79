/**
 * Danger: `weak-segments` runs in a process of its own, and finds there no code, no file, or no way to store its page. The child is the
 * one that was built.
 */
import { join } from 'node:path';
import { withDuckdb } from '../../activities/data/duckdb';
import { withScratch } from '../../activities/data/scratch';
import { evaluateSteps } from '../../activities/evaluate';
import { weakSegments } from '../../steps';
import { setStepStage, type StepStage } from './step-stage';

jest.setTimeout(120_000);

let stage: StepStage;
beforeAll(async () => {
  stage = await setStepStage('weak-segments', [evaluateSteps]);
});
afterAll(() => stage.end());

test('a run finds the weak segment of a scored data set, and keeps the page', async () => {
  const { dependencies, root } = stage;
  // Half are said to be positive; where c is 'x' all are.
  const rows = `SELECT 0.5 AS p, i % 7 AS n, CASE WHEN i % 5 = 0 THEN 'x' ELSE 'y' END AS c,
                       CASE WHEN i % 5 = 0 OR md5(i::VARCHAR) < '8' THEN 20 ELSE 0 END AS delay FROM range(4000) r(i)`;
  const dataset = await withScratch(async (scratch) => {
    const path = join(scratch, 'rows.parquet');
    await withDuckdb({ scratch, signal: new AbortController().signal, reads: [] }, (duck) =>
      duck.writeParquet(rows, path),
    );
    return dependencies.artifacts.putFile(path, 'dataset');
  });
  const label = { column: 'delay', atLeast: 15 };
  const input = {
    dataset,
    label,
    scored: { kind: 'column', column: 'p' },
    by: ['n', 'c'],
    options: { measure: 'bias' },
  };
  const environment = { ...dependencies.environment, artifacts: root };
  const { output } = await stage.execute('weak-segments', input, { dependencies: { ...dependencies, environment } });
  const found = weakSegments.output.parse(output);
  expect(found.weak).toBe(1);
  expect(found.segments[0]).toMatchObject({ text: "c is 'x'", weak: true, baseRate: 1 });
  expect((await dependencies.artifacts.read(found.report)).toString()).toContain('<h1>1 weak segment</h1>');
});
