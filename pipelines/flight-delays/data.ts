import type { z } from 'zod';
import type { CleaningRule, Columns, Expectation, FeatureSpec, Label, QuarantineRule, Source } from '../../steps';

/** 3,000,000 US flights, 1 January to 1 July 2001 (Bureau of Transportation Statistics, by way of vega-datasets). */
export const flights = {
  kind: 'package',
  package: 'vega-datasets',
  path: 'data/flights-3m.parquet',
} as const satisfies Source;

export const columns: Columns = {
  date: 'timestamp',
  delay: 'integer',
  distance: 'integer',
  origin: 'text',
  destination: 'text',
};

/** The column that windows cut by, and the event time of a request. */
export const time = 'date';

/** Late: fifteen minutes or more, as the Bureau counts it. */
export const late: Label = { column: 'delay', atLeast: 15 };

/** Miles of a flight that there can be. */
const DISTANCES = { min: 1, max: 6_000 };

/** No month: it is constant in the first training set and unseen in the requests that follow. */
export const features: FeatureSpec = {
  features: [
    { kind: 'calendar', name: 'day-of-week', column: 'date', part: 'day-of-week' },
    { kind: 'calendar', name: 'hour', column: 'date', part: 'hour' },
    { kind: 'calendar', name: 'minute', column: 'date', part: 'minute' },
    // The bounds that training rows are held to. A request beyond them, or without a distance, is answered as the nearest, or the median.
    { kind: 'number', name: 'distance', column: 'distance', clip: DISTANCES, impute: 'median' },
    { kind: 'category', name: 'origin', column: 'origin', normalise: ['trim', 'nfc', 'upper'] },
    { kind: 'category', name: 'destination', column: 'destination', normalise: ['trim', 'nfc', 'upper'] },
  ],
};

/** What exports do to codes, repaired before it costs rows. The file needs none of it; other flights given as `source` may. */
export const rules: z.input<typeof CleaningRule>[] = [
  { kind: 'trim', name: 'spaces_around_codes', columns: ['origin', 'destination'] },
  { kind: 'case', name: 'codes_in_small_letters', columns: ['origin', 'destination'], to: 'upper' },
];

/** Rows that cannot teach anything true, by reason. */
export const quarantine: QuarantineRule[] = [
  { kind: 'missing', reason: 'date_missing', column: 'date' },
  { kind: 'missing', reason: 'delay_missing', column: 'delay' },
  { kind: 'outside', reason: 'distance_impossible', column: 'distance', ...DISTANCES },
  { kind: 'outside', reason: 'delay_impossible', column: 'delay', min: -240, max: 2_880 },
  { kind: 'not-matching', reason: 'origin_malformed', column: 'origin', pattern: '^[A-Z]{3}$' },
  { kind: 'not-matching', reason: 'destination_malformed', column: 'destination', pattern: '^[A-Z]{3}$' },
  { kind: 'same-as', reason: 'flight_to_itself', column: 'destination', other: 'origin' },
];

/** The file has no key: a row is a duplicate when every column is the same. */
export const uniqueBy = ['date', 'delay', 'distance', 'origin', 'destination'];

export const expectations: Expectation[] = [
  { kind: 'row-count', severity: 'fail', min: 5_000 },
  { kind: 'columns', severity: 'fail', names: Object.keys(columns), exactly: true },
  { kind: 'type', severity: 'fail', column: 'date', is: 'timestamp' },
  { kind: 'type', severity: 'fail', column: 'distance', is: 'integer' },
  { kind: 'not-null', severity: 'fail', column: 'delay', maxShare: 0 },
  { kind: 'not-null', severity: 'fail', column: 'origin', maxShare: 0 },
  { kind: 'unique', severity: 'fail', columns: uniqueBy },
  { kind: 'range', severity: 'fail', column: 'distance', ...DISTANCES },
  { kind: 'range', severity: 'fail', column: 'delay', min: -240, max: 2_880 },
  {
    kind: 'time-range',
    severity: 'fail',
    column: 'date',
    from: '2001-01-01T00:00:00.000Z',
    to: '2001-07-02T00:00:00.000Z',
  },
  { kind: 'regex', severity: 'fail', column: 'origin', pattern: '^[A-Z]{3}$' },
  { kind: 'length', severity: 'fail', column: 'destination', min: 3, max: 3 },
  { kind: 'mean', severity: 'warn', column: 'distance', min: 400, max: 1_000 },
  { kind: 'distinct-count', severity: 'warn', column: 'origin', min: 100, max: 400 },
  { kind: 'class-balance', severity: 'fail', column: 'delay', atLeast: 15, minShare: 0.02, maxShare: 0.6 },
  { kind: 'columns-differ', severity: 'fail', left: 'origin', right: 'destination' },
];

/** What would make a candidate look better on the test part than it is, and what tells that the two parts differ. */
export const leakage: Expectation[] = [
  { kind: 'same-schema', severity: 'fail', reference: 'train' },
  { kind: 'no-overlap', severity: 'fail', reference: 'train' },
  { kind: 'predicts-label', severity: 'fail', column: 'distance', label: late, maxAuc: 0.8 },
  { kind: 'predicts-label', severity: 'fail', column: 'origin', label: late, maxAuc: 0.8 },
  { kind: 'known-values', severity: 'warn', column: 'origin', reference: 'train', maxShare: 0.02 },
  { kind: 'known-values', severity: 'warn', column: 'destination', reference: 'train', maxShare: 0.02 },
];
