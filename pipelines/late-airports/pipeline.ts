import { z } from 'zod';
import { gte, pipeline, step } from '../../core';
import { collect, Dataset } from '../../steps';
import { columns, flights, time } from '../flight-delays/data';

const Share = z.object({ airport: z.string(), late: z.number() });
export const shareLate = step('share-late', {
  input: z.object({ dataset: Dataset, airport: z.string(), minutes: z.int() }),
  output: Share,
});
export const worstOf = step('worst-of', { input: z.array(Share), output: Share, light: true });
export const announce = step('announce', { input: Share, output: z.object({ text: z.string() }), cache: false });

/** Which of some airports has the most late departures? Above a limit a person decides whether it is announced. */
export const lateAirports = pipeline('late-airports', {
  config: z.object({
    airports: z.array(z.string()).min(1).default(['ATL', 'DFW', 'ORD']),
    minutes: z.int().default(15),
    limit: z.number().default(0.2),
  }),
  graph(g, config) {
    const january = { from: '2001-01-01T00:00:00.000Z', to: '2001-02-01T00:00:00.000Z' };
    const { dataset } = g.run(collect, { source: flights, columns, time, window: january });
    const { airports, minutes, limit } = config;
    const shares = g.map('airports', airports, (airport) => g.run(shareLate, { dataset, airport, minutes }));
    const worst = g.run(worstOf, shares);
    return g.branch('above-limit', gte(worst.late, limit), {
      then: () => g.run(announce, worst, { after: g.approval('release', { show: worst, timeout: '1d' }) }),
    });
  },
});
