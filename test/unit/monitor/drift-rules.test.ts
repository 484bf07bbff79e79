// Danger: a model repairs its rows, and drift is measured on the rows before that repair: an alarm for ever, or none.
import { join } from 'node:path';
import { withDuckdb } from '../../../activities/data/duckdb';
import { judgeDrift } from '../../../activities/monitor/judge-drift';
import { fitFeatures } from '../../../activities/train/features/fit-features';
import { withParquet } from '../../../activities/train/features/parquet';
import { readLabelled } from '../../../activities/train/features/read-features';
import { describeRows } from '../../../activities/train/reference';
import { ReferenceProfile } from '../../../steps';
import { bench } from '../data/parquet';
import { label, writeTable } from '../features/dirty-rows';
import { COLUMNS, dirty, ruled } from '../features/ruled-rows';

const { work } = bench();

/** How far each feature of a window has moved from the training rows, the window being those rows after `changed`. */
async function moved(changed: string): Promise<Record<string, number>> {
  const path = await writeTable(join(work.scratch, 'rows.parquet'), COLUMNS, dirty(3_000, 1, false));
  const profile = await withParquet(path, 2, async (file) => {
    const features = await fitFeatures(file, ruled, label);
    const rows = await readLabelled(file, features, { label, every: 1 });
    return describeRows(features, rows, new Float64Array(rows.rows).fill(0.5));
  });
  const window = join(work.scratch, 'window.parquet');
  await withDuckdb({ ...work, reads: [path] }, (duck) =>
    duck.writeParquet(
      `SELECT 'x' AS perennial_id, 1 AS perennial_version, 0.5 AS perennial_probability, * ${changed} FROM read_parquet('${path}')`,
      window,
    ),
  );
  const spec = { kind: 'drift' as const, name: 'psi', psi: 0.2, minRows: 500 };
  const finding = await withDuckdb({ ...work, reads: [window] }, (duck) =>
    judgeDrift(duck, {
      path: window,
      version: 1,
      spec,
      profile: ReferenceProfile.parse(JSON.parse(JSON.stringify(profile))),
    }),
  );
  const { features } = finding.evidence as { features: Record<string, { psi: number }> };
  return Object.fromEntries(Object.entries(features).map(([name, { psi }]) => [name, psi]));
}

test('the very rows of the training have not moved, with every rule', async () => {
  const psi = await moved('');
  expect(Object.keys(psi)).toEqual(ruled.features.map(({ name }) => name));
  for (const [name, value] of Object.entries(psi)) expect([name, value]).toEqual([name, 0]);
});

test('what a rule repairs is no drift, and what it cannot repair is', async () => {
  const psi = await moved("REPLACE (-999 AS miles, 'los angeles' AS city, NULL AS fare)");
  // The stand-in has the same miles, but for the rows where it is dirty itself.
  expect(psi['miles']).toBeLessThan(0.2);
  for (const name of ['city', 'mean', 'constant']) expect(psi[name]).toBeGreaterThan(0.2);
});
