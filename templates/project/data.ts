import type { Columns, FeatureSpec, Label, Source } from 'perennial-ml/steps';

/** 2,000 made-up customers, one row each, of January 2026. */
export const customers: Source = { kind: 'parquet', path: 'data/customers.parquet' };

export const columns: Columns = {
  seen: 'timestamp',
  plan: 'text',
  months: 'integer',
  calls: 'integer',
  left: 'integer',
};

/** The column that windows cut by, and the event time of a request. */
export const time = 'seen';

/** What is to be foretold: whether the customer has left. */
export const hasLeft: Label = { column: 'left', atLeast: 1 };

/** How a row becomes what the model reads: the same in training and in serving. */
export const features: FeatureSpec = {
  features: [
    { kind: 'category', name: 'plan', column: 'plan', normalise: ['trim', 'nfc', 'lower'] },
    { kind: 'number', name: 'months', column: 'months' },
    { kind: 'number', name: 'calls', column: 'calls' },
  ],
};
