import type { PredictionRow } from '../arguments/prediction-rows';
import type { ModelInputs } from '../describe-model';

const MOST = 10;

/**
 * What a person may not have meant about rows that were answered: a missing event time and missing features. A row's
 * number is that of the API's errors: the first is 0. At most ten lines, and then how many more there are.
 */
export function predictionNotes(model: ModelInputs, rows: readonly PredictionRow[]): string[] {
  const notes = rows.flatMap((row, i) => rowNotes(model, row).map((note) => `note: row ${i}: ${note}`));
  if (notes.length <= MOST) return notes;
  return [...notes.slice(0, MOST), `note: ${notes.length - MOST} more like these`];
}

function rowNotes({ inputs, eventTime }: ModelInputs, row: PredictionRow): string[] {
  const missing = inputs.map(({ name }) => name).filter((name) => isMissing(row, name));
  return [
    ...(eventTime !== null && isMissing(row, eventTime)
      ? [
          `its event time "${eventTime}" is missing: logged under the wall clock's time, judged in no window of the data`,
        ]
      : []),
    ...(missing.length === 0
      ? []
      : [`no value of ${missing.map((name) => `"${name}"`).join(', ')}: scored as missing`]),
  ];
}

function isMissing(row: PredictionRow, name: string): boolean {
  return !Object.hasOwn(row, name) || row[name] === null;
}
