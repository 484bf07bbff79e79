/**
 * Danger: the first failure of a pipeline wakes nobody, since its counter is born with it: `increase()` over a series that begins
 * at 1 is 0.
 */
import { z } from 'zod';
import { pipeline, step } from '../../../core';
import { createFigures } from '../../../workers/telemetry/figures';
import { beginAtZero } from '../../../workers/telemetry/known-series';
import { countEngine } from '../../../workers/telemetry/observe';

const contract = { input: z.null(), output: z.null() };
const read = step('read', contract);
const fit = step('fit', { ...contract, pool: 'gpu' });
const nightly = pipeline('nightly', {
  config: z.object({}),
  graph(g) {
    g.run(read, null);
    g.run(fit, null);
  },
});

/** The counters of a worker that has done nothing yet, as a scrape reads them. */
function scrape(pool: string) {
  const figures = createFigures({ pool, build: 'b', slots: () => 1, slotsUsed: () => 0, outbox: async () => null });
  beginAtZero(figures, pool, [nightly]);
  const lines = async (): Promise<string[]> => (await figures.registry.metrics()).split('\n');
  return { figures, lines };
}

test('the worker that runs the workflows tells of runs and of its own steps from the start, at 0', async () => {
  const { figures, lines } = scrape('cpu');
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'perennial_runs_total{pipeline="nightly",outcome="failed"} 0',
      'perennial_runs_total{pipeline="nightly",outcome="vanished"} 0',
      'perennial_executions_total{pipeline="nightly",step="read",pool="cpu",outcome="failed"} 0',
      'perennial_executions_total{pipeline="nightly",step="fit",pool="gpu",outcome="cached"} 0',
      'perennial_fences_refused_total{step="read",pool="cpu"} 0',
    ]),
  );
  countEngine(figures, () => null).runEnded({ run: 'r', pipeline: 'nightly', status: 'failed' });
  expect(await lines()).toContain('perennial_runs_total{pipeline="nightly",outcome="failed"} 1');
});

test('a worker of another pool tells of the steps of that pool alone', async () => {
  const { lines } = scrape('gpu');
  const told = (await lines()).filter((line) => /^perennial_(runs|executions|fences)/.test(line));
  expect(told).toContain('perennial_executions_total{pipeline="nightly",step="fit",pool="gpu",outcome="failed"} 0');
  expect(told.filter((line) => !line.includes('step="fit"'))).toEqual([]);
});
