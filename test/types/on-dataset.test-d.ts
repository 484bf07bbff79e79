/* oxlint-disable typescript/no-unsafe-return -- what the compiler refuses has the type of an error */
// Danger: a pipeline that waits for what is no data set, or is handed one under a key that takes none.
import { z } from 'zod';
import { cron, model, onDataset, type OnDataset, pipeline } from '../../core';
import { Dataset } from '../../steps/types';
import { extract, trainChurn } from './churn';
import { type Equal, holds } from './equal';

export const flights = pipeline('flights', {
  config: z.object({ table: z.string() }),
  graph(g, config) {
    const made = g.run(extract, { table: config.table, days: 1 });
    return { clean: made.dataset, days: 1, name: config.table };
  },
});

const on = onDataset(flights, (made) => made.clean, { into: 'data' });
holds<Equal<typeof on, OnDataset<'data'>>>();
const told = onDataset(flights, (made) => made.clean);
holds<Equal<typeof told, OnDataset<null>>>();

const config = z.object({ data: Dataset, plain: z.string().default(''), count: z.int().default(1) });
export const taking = pipeline('taking', { config, on, graph: (_g, given) => given.data });
const plain = onDataset(flights, (made) => made.clean, { into: 'plain' });
export const both = pipeline('both', { config, on: [on, plain], graph: (_g, given) => given.data });

export function refused(): void {
  // @ts-expect-error a number is no data set
  onDataset(flights, (made) => made.days);
  // @ts-expect-error nor is any text
  onDataset(flights, (made) => made.name);
  // @ts-expect-error the pipeline's value has no such part
  onDataset(flights, (made) => made.dirty);
  // @ts-expect-error a plain value
  onDataset(flights, () => Dataset.parse(''));
  const wrong = onDataset(flights, (made) => made.clean, { into: 'nowhere' });
  // @ts-expect-error no such key
  pipeline('no-key', { config, on: wrong, graph: () => null });
  const counted = onDataset(flights, (made) => made.clean, { into: 'count' });
  // @ts-expect-error a key that takes no data set
  pipeline('no-dataset', { config, on: [on, counted], graph: () => null });
  // @ts-expect-error no key is named
  pipeline('none', { config, on: told, graph: () => null });
  const schedule = cron('0 2 * * *');
  const rest = { schedule, monitors: [], policy: { cooldown: '1d' }, serving: { features: {} } } as const;
  const given = { table: 'events', seeds: [1] };
  model('told', { ...rest, retrain: trainChurn, config: given, on: told });
  // @ts-expect-error a model hands no data set on
  model('handed', { ...rest, retrain: trainChurn, config: given, on });
}
