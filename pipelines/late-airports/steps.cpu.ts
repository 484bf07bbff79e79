import { DuckDBConnection } from '@duckdb/node-api';
import { implement } from '../../core';
import { announce, shareLate, worstOf } from './pipeline';

/** The code of the steps, loaded only by workers of the pool `cpu`. */
export const lateAirportsSteps = implement(
  { shareLate, worstOf, announce },
  {
    async shareLate({ dataset, airport, minutes }, ctx) {
      const parquet = await ctx.artifacts.pathOf(dataset);
      const db = await DuckDBConnection.create();
      const sql = 'SELECT avg(CAST(delay >= $minutes AS INT)) FROM read_parquet($parquet) WHERE origin = $airport';
      const [row] = (await db.runAndReadAll(sql, { parquet, minutes, airport })).getRows();
      db.closeSync();
      return { airport, late: Number(row?.[0] ?? 0) };
    },
    worstOf: (shares) => shares.reduce((worst, share) => (share.late > worst.late ? share : worst)),
    announce: ({ airport, late }) => ({ text: `${airport}: ${(100 * late).toFixed(1)} % of the flights leave late.` }),
  },
);
