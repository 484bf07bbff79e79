// Danger: an example of docs/DATA.md, VALIDATION.md, CLEANING.md or JOINS.md that does not compile. Each stands here as it stands there (a unit test compares
// them, spaces and imports aside).
import { z } from 'zod';
import { daily, pipeline } from '../../core';
import {
  type CleaningRule,
  collect,
  type Columns,
  Dataset,
  type Expectation,
  type FeatureSpec,
  type NumberRepair,
  clean,
  ruleSet,
  type FeatureTable,
  joinAsOf,
  type Source,
  suite,
  validate,
  Window,
} from '../../steps';

export const orders: Source = {
  kind: 'files',
  paths: ['data/orders-*.csv.gz'],
  format: { kind: 'csv', decimal: ',' },
};

export const columns: Columns = { at: 'timestamp', amount: 'number', country: 'text' };

export const collectOrders = pipeline('collect-orders', {
  config: z.object({ window: Window }),
  graph: (g, config) => g.run(collect, { source: orders, columns, time: 'at', window: config.window }),
});

export const dailyOrders = pipeline('daily-orders', {
  partitions: daily({ from: '2026-01-01' }),
  config: z.object({}),
  graph: (g, _config, day) => g.run(collect, { source: orders, columns, time: 'at', window: day }),
});

export const clicks: Source = {
  kind: 's3',
  bucket: 'acme-lake',
  keys: ['clicks/2026-*/*.csv.gz', 'clicks/late.csv'],
  format: { kind: 'csv' },
  resource: 'lake',
  region: 'eu-west-1',
};

// @ts-expect-error an S3 source names its bucket
export const nowhere: Source = { kind: 's3', keys: 'clicks/late.csv', format: { kind: 'csv' } };

// @ts-expect-error a key pair stands in a resource, not in a source
export const open: Source = { kind: 's3', bucket: 'b', keys: 'k', format: { kind: 'csv' }, secretAccessKey: 'no' };

export const sales: Source = {
  kind: 'postgres',
  resource: 'warehouse',
  query: 'SELECT at, amount, country FROM orders',
};

export const expectations: Expectation[] = [
  { kind: 'row-count', severity: 'fail', min: 5_000 },
  { kind: 'fresh', severity: 'warn', column: 'date', asOf: '2001-02-01T00:00:00.000Z', within: '36h' },
  { kind: 'no-overlap', severity: 'fail', reference: 'train', columns: ['customer'] },
];

export const wellFormed = suite('well-formed-orders', [
  { kind: 'not-null', column: 'customer' },
  { kind: 'range', column: 'amount', min: 0 },
]);

export const checkOrders = pipeline('check-orders', {
  config: z.object({ orders: Dataset }),
  graph: (g, { orders }) => g.run(validate, { dataset: orders, expectations: [wellFormed] }),
});
export const checkReturns = pipeline('check-returns', {
  config: z.object({ returns: Dataset }),
  graph: (g, { returns }) => {
    const expectations = [wellFormed, { kind: 'row-count', severity: 'warn', min: 10 }] as const;
    return g.run(validate, { dataset: returns, expectations });
  },
});

// @ts-expect-error no such kind of expectation
export const wrong = suite('wrong', [{ kind: 'not-nul', column: 'customer' }]);

export const tidy = ruleSet('tidy-texts', [
  { kind: 'trim', name: 'no_spaces', columns: ['city', 'country'] },
  { kind: 'case', name: 'upper_country', columns: ['country'], to: 'upper' },
]);

export const tidyOrders = pipeline('tidy-orders', {
  config: z.object({ orders: Dataset }),
  graph: (g, { orders: dataset }) => g.run(clean, { dataset, rules: [tidy, ...rules], quarantine: [], uniqueBy: null }),
});

export const rules: z.input<typeof CleaningRule>[] = [
  { kind: 'trim', name: 'no_spaces', columns: ['origin', 'delay'] },
  { kind: 'parse', name: 'delay_unreadable', column: 'delay', as: 'integer', onFailure: 'quarantine' },
  { kind: 'clip', name: 'delay_capped', column: 'delay', max: { quantile: 0.999 } },
];

export const features: z.input<typeof FeatureSpec> = {
  features: [
    {
      kind: 'number',
      name: 'distance',
      column: 'miles',
      repair: [
        { where: { text: 'origin', equals: { column: 'destination' } }, to: null },
        { where: { number: 'miles', below: 0 }, to: { column: 'planned_miles' } },
      ],
      missing: [-999],
      otherwise: ['planned_miles', { column: 'kilometres', times: 0.6214 }],
      clip: { min: 0, max: { quantile: 0.99 } },
      impute: 'median',
    },
    {
      kind: 'category',
      name: 'city',
      column: 'city',
      otherwise: 'airport',
      normalise: ['trim', 'nfc', 'lower'],
      map: { 'los angeles': 'lax', 'n/a': null },
      impute: 'mode',
    },
    { kind: 'calendar', name: 'hour', column: 'departed', missing: [0], otherwise: 'planned', part: 'hour' },
  ],
};

const repairing = (repair: Repairs) =>
  ({ features: [{ kind: 'number', name: 'n', column: 'n', repair }] }) satisfies z.input<typeof FeatureSpec>;
type Repairs = z.input<typeof NumberRepair>[];
repairing([
  { where: { all: [{ timestamp: 'at', below: 0 }, { not: { text: 'kind', oneOf: ['jet'] } }] }, to: { value: 1 } },
]);
// @ts-expect-error texts have no order
repairing([{ where: { text: 'origin', below: 'LAX' }, to: null }]);
// @ts-expect-error a number is compared with numbers
repairing([{ where: { number: 'miles', equals: 'LAX' }, to: null }]);
// @ts-expect-error a number is not repaired to a text
repairing([{ where: { text: 'origin', is: 'missing' }, to: { value: 'LAX' } }]);
// @ts-expect-error SQL cannot be compiled into a model
repairing([{ where: 'origin = destination', to: null }]);
export const orderFeatures = pipeline('order-features', {
  config: z.object({ orders: Dataset, balances: Dataset, weather: Dataset }),
  graph: (g, config) =>
    g.run(joinAsOf, {
      dataset: config.orders,
      time: 'ordered_at',
      features: {
        balances: {
          dataset: config.balances,
          on: { customer: 'customer_id' },
          time: 'booked_at',
          known: 'loaded_at',
          take: { balance: 'balance', credit: 'credit_limit' },
          maxAge: '30d',
        },
        weather: {
          dataset: config.weather,
          on: { city: 'city' },
          time: 'hour',
          known: { after: '2h' },
          take: { rain: 'millimetres' },
        },
      },
    }),
});

// @ts-expect-error a data set of features says when its values were known
export const leaking: z.input<typeof FeatureTable> = { dataset: 'd', on: { a: 'a' }, time: 't', take: { v: 'v' } };
