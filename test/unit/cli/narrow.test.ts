// Danger: on an ordinary terminal the lists of the command break each row into a heap of pieces; or a pipe is given less than all.
import { buildsText } from '../../../cli/views/builds-text';
import { collectionsText } from '../../../cli/views/collections-text';
import { datasetsText } from '../../../cli/views/data-view';
import { cellsFor } from '../../../cli/views/narrow';

const builds = (width: number | null): string[] => {
  const of = (build: string) => ({
    build,
    currentSince: '2026-02-01T02:11:09.120Z',
    workers: { cpu: 1, gpu: 1 },
    pinned: 3,
  });
  const [a, b] = ['3f9a1c0b2d4e-77aa01bc92fe', 'aaaa1c0b2d4e-77aa01bc92fe'];
  const found = {
    current: a,
    atHand: a,
    builds: [
      { ...of(a), state: 'current' },
      { ...of(b), state: 'draining' },
    ],
  } as const;
  return buildsText(found, width).split('\n');
};

test('in few columns a moment is told to the minute, and midnight by its date; in a pipe as it is', () => {
  const [narrow, wide, piped] = [80, 200, null].map((width) => cellsFor(width).moment);
  expect(narrow?.('2026-02-01T02:11:09.120Z')).toBe('2026-02-01T02:11Z');
  expect(narrow?.('2001-01-01T00:00:00.000Z')).toBe('2001-01-01');
  for (const whole of [wide, piped]) expect(whole?.('2026-02-01T02:11:09.120Z')).toBe('2026-02-01T02:11:09.120Z');
});

test('a build takes one line of 80 columns, with the mark of that at hand', () => {
  const [head, first, second, legend] = builds(80);
  expect(head).toMatch(/^build +state +current since +workers +pinned$/);
  expect(first).toMatch(/^3f9a1c0b2d4e-77aa01bc92fe +current \* +2026-02-01T02:11Z +cpu: 1, gpu: 1 +3$/);
  expect(second).toMatch(/^aaaa1c0b2d4e-77aa01bc92fe +draining +2026-02-01T02:11Z/);
  expect(legend).toBe('* the build at hand');
});

test('a data set version takes three, and its run is whole', () => {
  const row = {
    ...{
      rowsDigest: '',
      digest: '3f9a1c0b2d4e'.padEnd(64, '0'),
      rows: 12_345,
      bytes: 1,
      recordedAt: '2026-02-01T02:11:09.120Z',
      pinned: false,
      removedAt: null,
    },
    ...{ timeFrom: '2001-01-01T00:00:00.000Z', timeTo: '2001-02-01T00:00:00.000Z', tags: [] },
    ...{ run: 'load-20260201T020000-3f9a1c', address: 'a', pipeline: 'load' },
  };
  const lines = datasetsText([row], 80).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^3f9a1c0b2d4e +12345 +2001-01-01 +2026-02-01T02:11Z +load-20260201T020000-3f9a1c$/);
  expect(lines[2]).toMatch(/^ +to +a$/);
  expect(lines[3]?.trim()).toBe('2001-02-01');
});

test('a collection keeps within 80 columns, its run and its version whole', () => {
  const row = {
    ...{ run: 'movie-ratings-retrain-20261201-person-4dfaad62ff', address: 'collect', pipeline: 'movie-ratings' },
    ...{ source: 'vega-datasets/data/movies.json', sourceKey: '', time: 'at', rows: 3_201, files: [] },
    ...{ dataset: '3f9a1c0b2d4e'.padEnd(64, '0'), window: { from: '', to: '' }, watermark: '' },
    ...{ oldest: '1928-12-31T00:00:00.000000Z', newest: '2046-12-31T02:11:09.120000Z' },
    recordedAt: '2026-02-01T02:11:09.120Z',
  };
  const text = collectionsText([row, { ...row, source: `s3://acme-lake/${'clicks/'.repeat(9)}*.csv.gz` }], 80);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  for (const whole of [`\n${row.run}\n`, '3f9a1c0b2d4e', '3201', '1928-12-31']) {
    expect(text).toContain(whole);
  }
  // Without a terminal nothing is left out.
  expect(collectionsText([row])).toMatch(/1928-12-31T00:00:00\.000Z to 2046-12-31T02:11:09\.120Z/);
});
