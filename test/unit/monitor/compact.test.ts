// Danger: a prediction is lost, doubled or put into another window on its way from the log to the monitors.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compactSegments, type CompactOptions } from '../../../activities/monitor/compact';
import type { FeatureSpec } from '../../../steps/features';
import { bench, refused } from '../data/parquet';

const { work, read } = bench();
const features: FeatureSpec = {
  features: [
    { kind: 'calendar', name: 'hour', column: 'date', part: 'hour' },
    { kind: 'number', name: 'distance', column: 'distance' },
    { kind: 'category', name: 'from', column: `or"i.gin`, normalise: [] },
  ],
};
const window = { from: '2001-02-01T00:00:00.000Z', to: '2001-02-08T00:00:00.000Z' };

interface Line {
  readonly id: string;
  readonly event?: string;
  readonly model?: string;
  readonly version?: number;
  readonly row?: Record<string, number | string | null>;
}

let files = 0;
function segment(...lines: Line[]): string {
  const path = join(work.scratch, `segment-${(files += 1)}`);
  const whole = lines.map((line) => ({
    at: '2026-01-01T00:00:00.000Z',
    event: '2001-02-03T00:00:00.000Z',
    model: 'm',
    version: 1,
    p: 0.1,
    row: { date: '2001-02-03T05:06:07.089Z', distance: 12.5, 'or"i.gin': ' ÄB' },
    ...line,
  }));
  writeFileSync(path, whole.map((line) => JSON.stringify(line) + '\n').join(''));
  return path;
}

const compact = (segments: string[], more: Partial<CompactOptions> = {}) =>
  compactSegments(work, { segments, model: 'm', window, features, ...more });

test('raw columns come through as they were read: instants in both forms, nulls, any text and any name', async () => {
  const got = await compact([
    segment(
      { id: 'a.0' },
      { id: 'a.1', row: { date: 981176767089, distance: null, 'or"i.gin': null } },
      { id: 'a.2', row: {} },
    ),
  ]);
  const instant = new Date('2001-02-03T05:06:07.089Z');
  expect(await read(got.path)).toMatchObject([
    {
      perennial_id: 'a.0',
      perennial_version: 1,
      perennial_probability: 0.1,
      date: instant,
      distance: 12.5,
      'or"i.gin': ' ÄB',
    },
    { perennial_id: 'a.1', date: instant, distance: null, 'or"i.gin': null },
    { perennial_id: 'a.2', date: null, distance: null, 'or"i.gin': null },
  ]);
});

test('a window takes its first instant, leaves its last, and takes no row of another model', async () => {
  const got = await compact([
    segment(
      { id: 'a.0', event: '2001-01-31T23:59:59.999Z' },
      { id: 'a.1', event: window.from },
      { id: 'a.2', model: 'other' },
    ),
    segment({ id: 'b.0', event: window.to }, { id: 'b.1', event: '2001-02-07T23:59:59.999Z', version: 3 }),
  ]);
  expect((await read(got.path)) as { perennial_id: string }[]).toMatchObject([
    { perennial_id: 'a.1' },
    { perennial_id: 'b.1' },
  ]);
  expect(got).toMatchObject({ rows: 2, versions: [1, 3] });
});

test('how the log was cut into segments does not show in the bytes', async () => {
  const lines = Array.from({ length: 50 }, (_, i) => ({
    id: `x.${i}`,
    event: `2001-02-0${1 + (i % 7)}T00:00:00.000Z`,
  }));
  const one = await compact([segment(...lines)]);
  const first = readFileSync(one.path);
  const three = await compact([
    segment(...lines.slice(30)),
    segment(...lines.slice(0, 11)),
    segment(...lines.slice(11, 30)),
  ]);
  expect(readFileSync(three.path).equals(first)).toBe(true);
});

test('no segment at all, or none with a row of the window, gives an empty data set with its columns', async () => {
  const none = await compact([]);
  expect(none).toMatchObject({ rows: 0, versions: [] });
  const elsewhere = await compact([segment({ id: 'a.0', event: '2002-01-01T00:00:00.000Z' })]);
  expect(elsewhere).toMatchObject({ rows: 0, versions: [] });
});

test('a segment that serving did not write is refused', async () => {
  const torn = join(work.scratch, 'torn');
  writeFileSync(torn, '{"id":"a.0","event":"2001-02\n');
  await refused(compact([segment({ id: 'a.0' }), torn]), 'PER_DATA_013');
});
