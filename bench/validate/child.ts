import '@duckdb/node-api';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeExpectations } from '../../activities/validate/judge-expectations';
import { Expectation } from '../../steps/expectations';
import { ownCost } from '../own-cost';

const COLUMNS = ['id', 'date', 'delay', 'distance', 'origin', 'destination', 'fare'];
const EXPECTATIONS = [
  { kind: 'row-count', min: 2_900_000 },
  { kind: 'columns', names: COLUMNS, exactly: true },
  { kind: 'type', column: 'date', is: 'timestamp' },
  { kind: 'type', column: 'delay', is: 'integer' },
  { kind: 'type', column: 'distance', is: 'integer' },
  { kind: 'type', column: 'fare', is: 'number' },
  { kind: 'not-null', column: 'date' },
  { kind: 'not-null', column: 'delay' },
  { kind: 'not-null', column: 'origin' },
  { kind: 'not-null', column: 'destination' },
  { kind: 'unique', columns: ['id'] },
  // Some flights come later than this: one expectation is broken.
  { kind: 'range', column: 'delay', min: -1500, max: 1000 },
  { kind: 'range', column: 'distance', min: 1, max: 6000 },
  { kind: 'range', column: 'fare', min: 0, max: 1000 },
  { kind: 'time-range', column: 'date', from: '2001-01-01T00:00:00.000Z', to: '2002-01-01T00:00:00.000Z' },
  { kind: 'regex', column: 'origin', pattern: '^[A-Z0-9]{3}$' },
  { kind: 'regex', column: 'destination', pattern: '^[A-Z0-9]{3}$' },
  { kind: 'length', column: 'origin', min: 3, max: 3 },
  { kind: 'columns-differ', left: 'origin', right: 'destination' },
  { kind: 'mean', column: 'delay', min: 0, max: 20 },
  { kind: 'std', column: 'delay', min: 10, max: 60 },
  { kind: 'quantile', column: 'delay', q: 0.99, min: 60, max: 300 },
  { kind: 'distinct-count', column: 'origin', min: 100, max: 400 },
];

// One validation in a process of its own, as peer.py is one. Prints each verdict with the rows that break it, and the cost.
async function main(path: string): Promise<void> {
  const expectations = EXPECTATIONS.map((expectation) => Expectation.parse(expectation));
  const scratch = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  const loaded = ownCost().cpuSeconds;
  const outcomes = await judgeExpectations({ scratch, signal: new AbortController().signal }, { path, expectations });
  const { cpuSeconds, peakMiB } = ownCost();
  await rm(scratch, { recursive: true });
  const verdicts = outcomes.map(({ passed, violations }) => [passed, violations]);
  console.log(JSON.stringify({ version: '', verdicts, cpuSeconds, workSeconds: cpuSeconds - loaded, peakMiB }));
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
