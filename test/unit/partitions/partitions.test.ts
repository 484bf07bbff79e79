// Danger: a partition that has an hour too many or too few, days that overlap or leave a gap where the clocks change, or a
// partition that is made of data that is not there yet. Then its runs read rows twice, or never.
import fc from 'fast-check';
import { z } from 'zod';
import { configOf } from '../../../activities/parse-config';
import { cron, daily, keys, model, monthly, type Partitions, pipeline, step } from '../../../core';
import { newestBefore, partitionOf, partitionsIn } from '../../../core/partitions/partition';
import { codeOf } from '../core/code-of';

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);
const hoursOf = (spec: Partitions, key: string): number => {
  const found = partitionOf('p', spec, key);
  return 'to' in found ? (at(found.to) - at(found.from)) / HOUR : 0;
};

describe('a calendar day', () => {
  it('is that of its zone, as a window in UTC', () => {
    expect(partitionOf('p', daily({ from: '2026-01-01', timezone: 'Europe/Berlin' }), '2026-01-05')).toEqual({
      key: '2026-01-05',
      from: '2026-01-04T23:00:00.000Z',
      to: '2026-01-05T23:00:00.000Z',
    });
  });

  it.each([
    ['Europe/Berlin', '2026-03-29', 23],
    ['Europe/Berlin', '2026-10-25', 25],
    // Half an hour only.
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    // Its clocks change at midnight: the day begins at one, or has its first hour twice.
    ['America/Sao_Paulo', '2018-11-04', 23],
    ['America/Havana', '2026-11-01', 25],
    // At one minute past midnight they went back into the day before: of the two midnights the first counts.
    ['America/St_Johns', '2010-11-07', 25],
    ['UTC', '2024-02-29', 24],
  ])('of %s, %s, has %d hours', (timezone, key, hours) => {
    expect(hoursOf(daily({ from: '2000-01-01', timezone }), key)).toBeCloseTo(hours, 9);
  });

  it('that the zone left out is no partition, and is passed over', () => {
    const spec = daily({ from: '2011-12-28', timezone: 'Pacific/Apia' });
    expect(codeOf(() => partitionOf('p', spec, '2011-12-30'))).toBe('PER_RUN_120');
    const keysFound = partitionsIn('p', spec, { to: '2012-01-01' }, at('2026-01-01T00:00:00Z')).map(({ key }) => key);
    expect(keysFound).toEqual(['2011-12-28', '2011-12-29', '2011-12-31', '2012-01-01']);
  });

  it('ends where the next one begins, in every zone and year', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    const days = fc.integer({ min: 0, max: 29_000 });
    fc.assert(
      fc.property(fc.constantFrom(...zones), days, (timezone, day) => {
        const from = new Date((day - 1) * 24 * HOUR).toISOString().slice(0, 10);
        const last = new Date((day + 3) * 24 * HOUR).toISOString().slice(0, 10);
        const found = partitionsIn('p', daily({ from, timezone }), { to: last }, at('2090-01-01T00:00:00Z'));
        for (const [i, each] of found.entries()) {
          const next = found[i + 1];
          if (next && 'from' in next && 'to' in each) expect(each.to).toBe(next.from);
        }
        expect(found.length).toBeGreaterThanOrEqual(4);
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});

test('a month is that of its zone, leap years included', () => {
  const spec = monthly({ from: '2023-11', timezone: 'America/New_York' });
  expect(partitionOf('p', spec, '2024-02')).toEqual({
    key: '2024-02',
    from: '2024-02-01T05:00:00.000Z',
    to: '2024-03-01T05:00:00.000Z',
  });
  const found = partitionsIn('p', spec, {}, at('2024-03-01T05:00:00.000Z')).map(({ key }) => key);
  expect(found).toEqual(['2023-11', '2023-12', '2024-01', '2024-02']);
});

describe('a range', () => {
  const spec = daily({ from: '2026-01-01', timezone: 'Europe/Berlin' });
  const now = at('2026-01-10T22:59:59.999Z');
  const codeIn = (range: { from?: string; to?: string }): unknown => codeOf(() => partitionsIn('p', spec, range, now));

  it('has both its ends, and ends by itself with the newest day that is over', () => {
    const keysIn = (range: object, when = now): string[] => partitionsIn('p', spec, range, when).map(({ key }) => key);
    expect(keysIn({ from: '2026-01-02', to: '2026-01-04' })).toEqual(['2026-01-02', '2026-01-03', '2026-01-04']);
    expect(keysIn({ from: '2026-01-08' })).toEqual(['2026-01-08', '2026-01-09']);
    expect(keysIn({ from: '2026-01-08' }, now + 1)).toEqual(['2026-01-08', '2026-01-09', '2026-01-10']);
    expect(newestBefore(spec, now)?.key).toBe('2026-01-09');
    expect(newestBefore(spec, at('2025-06-01T00:00:00Z'))).toBeNull();
  });

  it('of names goes by their order', () => {
    const found = partitionsIn('p', keys(['eu', 'us', 'asia']), { from: 'us' }, now);
    expect(found).toEqual([{ key: 'us' }, { key: 'asia' }]);
  });

  it.each([
    ['of none', { from: '2026-01-05', to: '2026-01-04' }, 'PER_RUN_122'],
    ['that ends today', { to: '2026-01-10' }, 'PER_RUN_121'],
    ['that ends in the future', { from: '2026-01-01', to: '2030-01-01' }, 'PER_RUN_121'],
    ['that begins before the first', { from: '2025-12-31' }, 'PER_RUN_120'],
    ['to a day of no calendar', { to: '2026-02-30' }, 'PER_RUN_120'],
    ['from what is no day', { from: 'yesterday' }, 'PER_RUN_120'],
  ])('%s is refused', (_what, range, code) => {
    expect(codeIn(range)).toBe(code);
  });

  it('of 100,000 days is refused before any of them is computed', () => {
    const long = daily({ from: '1900-01-01' });
    const begun = performance.now();
    expect(codeOf(() => partitionsIn('p', long, {}, at('2190-01-01T00:00:00Z')))).toBe('PER_RUN_123');
    expect(() => partitionsIn('p', long, {}, at('2190-01-01T00:00:00Z'))).toThrow(
      /partitions that are over; 10000 are/,
    );
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});

describe('a declaration', () => {
  it.each([
    ['of a day of no calendar', () => daily({ from: '2026-02-29' }), 'PER_DEF_050'],
    ['of a month as a day', () => monthly({ from: '2026-02-01' }), 'PER_DEF_050'],
    ['in an unknown zone', () => daily({ from: '2026-01-01', timezone: 'Europe/Atlantis' }), 'PER_DEF_051'],
    ['of no names', () => keys([]), 'PER_DEF_050'],
    ['of a name twice', () => keys(['eu', 'eu']), 'PER_DEF_050'],
    ['of a name that would part an id', () => keys(['eu:1']), 'PER_DEF_050'],
  ])('%s is refused', (_what, declare, code) => {
    expect(codeOf(declare)).toBe(code);
  });
});

describe('a pipeline', () => {
  const extract = step('extract', {
    input: z.object({ from: z.string(), to: z.string() }),
    output: z.object({ rows: z.int() }),
    pool: 'cpu',
    timeout: '1m',
  });
  const config = z.object({ table: z.string().default('events') });
  const graph = { config, graph: () => null };
  const nightly = pipeline('nightly', {
    partitions: daily({ from: '2026-01-01' }),
    config,
    graph: (g, _config, day) => g.run(extract, { from: day.from, to: day.to }),
  });

  it('hands its steps the window of the partition', async () => {
    expect(nightly.plan.body.nodes).toMatchObject([
      { input: { op: 'object', fields: { from: { op: 'config', path: ['partition', 'from'] } } } },
    ]);
    expect(await configOf(nightly, {}, '2026-01-05')).toEqual({
      table: 'events',
      partition: { key: '2026-01-05', from: '2026-01-05T00:00:00.000Z', to: '2026-01-06T00:00:00.000Z' },
    });
  });

  it('is not run without one, nor with one that it does not have, nor another pipeline with any', async () => {
    await expect(configOf(nightly, {}, undefined)).rejects.toMatchObject({ code: 'PER_RUN_120' });
    await expect(configOf(nightly, {}, '2025-01-05')).rejects.toMatchObject({ code: 'PER_RUN_120' });
    await expect(configOf(pipeline('plain', graph), {}, '2026-01-05')).rejects.toMatchObject({ code: 'PER_RUN_120' });
    // What the engine puts there nobody else does.
    const given = { partition: { key: '2026-01-06' } };
    await expect(configOf(nightly, given, '2026-01-05')).rejects.toMatchObject({ code: 'PER_RUN_013' });
  });

  it('has the same plan however many partitions there come to be: what is done stays done', () => {
    const of = (names: string[]): unknown => pipeline('by-name', { ...graph, partitions: keys(names) }).plan;
    expect(of(['eu', 'us'])).toEqual(of(['eu']));
  });

  it('with partitions is not called, makes no model, and has no such key in its config', () => {
    const calling = (): unknown => pipeline('calling', { ...graph, graph: (g) => g.call(nightly, {}) });
    expect(codeOf(calling)).toBe('PER_DEF_052');
    const own = z.object({ partition: z.string() });
    const taken = (): unknown => pipeline('taken', { partitions: keys(['eu']), config: own, graph: () => null });
    expect(codeOf(taken)).toBe('PER_DEF_052');
    const modelled = (): unknown =>
      model('m', {
        retrain: nightly,
        config: {},
        schedule: cron('0 2 * * *'),
        monitors: [],
        policy: { cooldown: '1d' },
        serving: { features: {} },
      });
    expect(codeOf(modelled)).toBe('PER_DEF_052');
  });
});

test.each(['1700-01-01', '1899-12-31'])('of a day before the earliest year, that year is told: %s', (from) => {
  expect(() => daily({ from })).toThrow('the earliest year is 1900');
  expect(() => daily({ from: '2026-02-31' })).not.toThrow('earliest');
});
