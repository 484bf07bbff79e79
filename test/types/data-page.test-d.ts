// Danger: an example of docs/DATA.md that does not compile. Each stands here as it stands there (a unit test compares
// them, spaces and imports aside).
import { z } from 'zod';
import { pipeline } from '../../core';
import { collect, type Source, Window } from '../../steps';

export const orders: Source = {
  kind: 'files',
  paths: ['data/orders-*.csv.gz'],
  format: { kind: 'csv', decimal: ',' },
};

export const collectOrders = pipeline('collect-orders', {
  config: z.object({ window: Window }),
  graph: (g, config) =>
    g.run(collect, {
      source: orders,
      columns: { at: 'timestamp', amount: 'number', country: 'text' },
      time: 'at',
      window: config.window,
    }),
});
