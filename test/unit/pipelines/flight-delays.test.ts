// Danger: rules that the default example has to show them change its rows or its model, or do nothing where flights are dirty.
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanRows } from '../../../activities/clean/clean-rows';
import { collectRows } from '../../../activities/collect/collect-rows';
import { findSource } from '../../../activities/collect/find-source';
import { fitFeatures } from '../../../activities/train/features/fit-features';
import { withParquet } from '../../../activities/train/features/parquet';
import { readLabelled } from '../../../activities/train/features/read-features';
import { gbdt } from '../../../activities/train/gbdt/trainer';
import {
  columns,
  features,
  flights,
  late,
  quarantine,
  rules,
  time,
  uniqueBy,
} from '../../../pipelines/flight-delays/data';
import { flightDelays } from '../../../pipelines/flight-delays/pipeline';
import { CleaningRule, type FeatureSpec } from '../../../steps';
import { bench } from '../data/parquet';

const { work, write, read } = bench();
const parsed = rules.map((rule) => CleaningRule.parse(rule));
const window = { from: '2001-01-01T00:00:00.000Z', to: '2001-01-08T00:00:00.000Z' };

async function cleaned(path: string, some: readonly CleaningRule[]) {
  const scratch = mkdtempSync(join(work.scratch, 'clean-'));
  return cleanRows({ ...work, scratch }, { path, rules: some, quarantine, uniqueBy });
}

let week: string;
beforeAll(async () => {
  const source = await findSource(flights, process.cwd());
  week = (await collectRows(work, { source, columns, time, window })).path;
});

test('flights in order are the same rows with the rules as without', async () => {
  const [plain, repaired] = [await cleaned(week, []), await cleaned(week, parsed)];
  expect(repaired.rules.map(({ touched }) => touched)).toEqual([0, 0]);
  expect(repaired.clean.rows).toBeGreaterThan(100_000);
  expect(readFileSync(repaired.clean.path).equals(readFileSync(plain.clean.path))).toBe(true);
});

test('codes with spaces or in small letters are repaired, and cost no row', async () => {
  const rows = ["'atl', 'ORD'", "' ATL ', 'DFW'", "'ATL', 'lga'", "'AT', 'ORD'"];
  const values = rows.map((codes, i) => `(TIMESTAMP '2001-01-0${i + 1}', 5, 600, ${codes})`);
  const path = await write(
    'dirty.parquet',
    `SELECT * FROM (VALUES ${values.join(', ')}) t("date", delay, distance, origin, destination)`,
  );
  const [plain, repaired] = [await cleaned(path, []), await cleaned(path, parsed)];
  expect([plain.clean.rows, plain.quarantine.rows]).toEqual([0, 4]);
  expect(repaired.reasons).toMatchObject({ origin_malformed: 1, destination_malformed: 0 });
  expect(await read(repaired.clean.path)).toMatchObject([
    { origin: 'ATL', destination: 'ORD' },
    { origin: 'ATL', destination: 'DFW' },
    { origin: 'ATL', destination: 'LGA' },
  ]);
});

test('the bounds and the stand-in of the distance leave what is learnt as it was', async () => {
  const bare: FeatureSpec = {
    features: features.features.map((feature) =>
      feature.kind === 'number' ? { kind: feature.kind, name: feature.name, column: feature.column } : feature,
    ),
  };
  expect(bare).not.toEqual(features);
  const learnt = async (spec: FeatureSpec): Promise<Float64Array> =>
    withParquet(week, 2, async (file) => {
      const fitted = await fitFeatures(file, spec, late);
      const read = await readLabelled(file, fitted, { label: late, every: 1 });
      const options = { threads: 2, seed: 1, signal: work.signal, progress: () => undefined };
      const model = await gbdt.fit(read, fitted, flightDelays.config.shape.gbdt.parse(undefined), options);
      return Float64Array.from(model.predict(read.columns, read.rows));
    });
  const [kept, without] = [await learnt(features), await learnt(bare)];
  expect(kept.length).toBeGreaterThan(100_000);
  expect(kept).toEqual(without);
});
