import { ROW_NUMBER } from '../data/row-number';
import type { Records } from './records';

/**
 * The answers of a data set of features to rows, as a query: by row number, with what is taken and what became of the row.
 *
 * A record counts for a row at `t` when its event is at most `t` and it was known by `t`: two inequalities, where an ASOF join
 * has one. But both hold exactly when the later of the two instants, at which the record can be had, is at most `t`. Of what
 * can be had by then the greatest is wanted, by event, instant known and place in the file. Along the instants at which
 * records can be had this greatest one only ever grows: so those records that are not above all before them are left out, and
 * an ASOF join by that instant alone finds the answer.
 *
 * @param at SQL of the rows' instant
 * @param path parameter of the file of the rows
 * @param theirs parameter of the file of the features
 */
export function answersOf(records: Records, at: string, path: string, theirs: string): string {
  const { keys, event, known, taken, maxAge } = records;
  const names = keys.map((_, i) => `key_${i}`);
  const isWhole = names.map((name) => `${name} IS NOT NULL`).join(' AND ');
  const by = names.join(', ');
  const values = taken.map(({ sql }, i) => `${sql} AS taken_${i}`);
  const agrees = (other: string): string => names.map((name) => `q.${name} = ${other}.${name}`).join(' AND ');
  const isFresh = (e: string): string => (maxAge === null ? 'true' : `q.instant::HUGEINT - ${e} <= ${maxAge}`);
  const numbered = (file: string): string => `read_parquet(${file}, file_row_number = true)`;
  const kept = taken.map((_, i) => `CASE WHEN ${isFresh('s.event')} THEN s.taken_${i} END AS taken_${i}`);
  return `
    WITH asked AS (
      SELECT * FROM (
        SELECT ${keys.map(({ ours }, i) => `${ours} AS key_${i}`).join(', ')}, ${at} AS instant, ${ROW_NUMBER} AS row
        FROM ${numbered(path)})
      WHERE instant IS NOT NULL AND ${isWhole}
    ), records AS (
      SELECT *, greatest(event, known) AS had FROM (
        SELECT ${keys.map((key, i) => `${key.theirs} AS key_${i}`).join(', ')}, ${event} AS event, ${known} AS known,
          ${ROW_NUMBER} AS place, ${values.join(', ')}
        FROM ${numbered(theirs)})
      WHERE event IS NOT NULL AND known IS NOT NULL AND ${isWhole}
    ), ranked AS (
      SELECT *, row_number() OVER (PARTITION BY ${by} ORDER BY event, known, place) AS rank FROM records
    ), rising AS (
      SELECT * FROM ranked
      QUALIFY rank = max(rank) OVER (PARTITION BY ${by} ORDER BY had, rank ROWS UNBOUNDED PRECEDING)
    ), steps AS (
      SELECT * FROM rising QUALIFY had IS DISTINCT FROM lead(had) OVER (PARTITION BY ${by} ORDER BY had, rank)
    ), events AS (
      SELECT ${by}, event, max(known) AS known FROM records GROUP BY ${by}, event
    )
    SELECT q.row AS row, ${kept.join(', ')},
      CASE WHEN s.event IS NOT NULL THEN CASE WHEN ${isFresh('s.event')} THEN 'matched' ELSE 'too-old' END
           WHEN l.event IS NOT NULL THEN 'not-yet-known' ELSE 'absent' END AS outcome,
      coalesce(l.known > q.instant AND ${isFresh('l.event')}, false) AS withheld
    FROM asked q
    ASOF LEFT JOIN steps s ON ${agrees('s')} AND q.instant >= s.had
    ASOF LEFT JOIN events l ON ${agrees('l')} AND q.instant >= l.event`;
}
