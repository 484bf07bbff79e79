import '@duckdb/node-api';
import { cleanRows } from '../../activities/clean/clean-rows';
import { CleaningRule } from '../../steps/cleaning-rules';
import { ownCost } from '../own-cost';

// One cleaning in a process of its own, as peer.py is one: child.js FILE FOLDER. Prints what came out and what it cost.
async function main(path: string, scratch: string): Promise<void> {
  const rules = [
    { kind: 'clip', name: 'late_capped', column: 'delay', max: { quantile: 0.999 } },
    { kind: 'trim', name: 'blanks', columns: ['origin'] },
    { kind: 'case', name: 'upper', columns: ['origin'], to: 'upper' },
    {
      kind: 'parse',
      name: 'date_unreadable',
      column: 'date',
      as: 'timestamp',
      formats: ['%Y-%m-%d %H:%M:%S'],
      onFailure: 'quarantine',
    },
  ].map((rule) => CleaningRule.parse(rule));
  const loaded = ownCost().cpuSeconds;
  const cleaned = await cleanRows(
    { scratch, signal: new AbortController().signal },
    {
      path,
      rules,
      quarantine: [
        { kind: 'missing', reason: 'date_missing', column: 'date' },
        { kind: 'not-matching', reason: 'bad_destination', column: 'destination', pattern: '^[A-Z0-9]{3}$' },
        { kind: 'outside', reason: 'distance_not_positive', column: 'distance', min: 1 },
      ],
      uniqueBy: ['id'],
    },
  );
  const { rowsIn, duplicates, reasons, clean } = cleaned;
  const { cpuSeconds, peakMiB } = ownCost();
  const counts = { rows: rowsIn, clean: clean.rows, duplicates, ...reasons };
  console.log(JSON.stringify({ version: '', counts, cpuSeconds, workSeconds: cpuSeconds - loaded, peakMiB }));
}

main(process.argv[2] ?? '', process.argv[3] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
