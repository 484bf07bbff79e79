import '@duckdb/node-api';
import { measureDrift } from '../../activities/monitor/drift';
import { ownCost } from '../own-cost';

// One measurement in a process of its own, as peer.py is one: prints the figures, what the process has cost, and what the
// work has cost after everything was loaded.
async function main(file: string): Promise<void> {
  const loaded = ownCost().cpuSeconds;
  const files = [file];
  const { columns } = await measureDrift({
    reference: { files, where: `date >= '2001-01-01' AND date < '2001-02-01'` },
    current: { files, where: `date >= '2001-06-01' AND date < '2001-07-01'` },
    columns: ['delay', 'distance', { name: 'hour', expression: 'hour(date)' }, 'origin', 'destination'],
  });
  const figures = Object.fromEntries(Object.entries(columns).map(([name, { statistics }]) => [name, statistics]));
  const { cpuSeconds, peakMiB } = ownCost();
  console.log(JSON.stringify({ version: '', figures, cpuSeconds, workSeconds: cpuSeconds - loaded, peakMiB }));
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
