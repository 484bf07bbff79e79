import { DuckDBInstance } from '@duckdb/node-api';
import { z } from 'zod';
import type { Window } from '../../steps';

const Flight = z.object({
  date: z.coerce.number(),
  distance: z.coerce.number(),
  origin: z.string(),
  destination: z.string(),
  late: z.union([z.literal(0), z.literal(1)]),
  total: z.coerce.number(),
});

/** One flight: what a request carries, and what is known of it later. */
export type Flight = z.infer<typeof Flight>;

const SAMPLE = `
  WITH flights AS (
    SELECT epoch_ms(date) AS date, distance, origin, destination, (delay >= 15)::INTEGER AS late,
           file_row_number AS row
    FROM read_parquet($file, file_row_number = true)
    WHERE date >= $from::TIMESTAMP AND date < $to::TIMESTAMP
  )
  SELECT date::VARCHAR AS date, distance::VARCHAR AS distance, origin, destination, late, (count(*) OVER ())::VARCHAR AS total
  FROM flights
  ORDER BY md5($seed || ':' || row)
  LIMIT $rows`;

/**
 * A seeded sample of a window's flights: the same file, window and seed give the same rows. In time order, as requests
 * would come.
 */
export async function sampleFlights(file: string, window: Window, rows: number, seed: number): Promise<Flight[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    const { from, to } = window;
    const reader = await connection.runAndReadAll(SAMPLE, {
      file,
      from: at(from),
      to: at(to),
      seed: String(seed),
      rows,
    });
    const flights = z.array(Flight).parse(reader.getRowObjectsJson());
    return flights.sort((a, b) => a.date - b.date);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The file's timestamps have no zone; DuckDB would refuse the Z. */
function at(instant: string): string {
  return instant.replace('T', ' ').replace('Z', '');
}
