import { Command } from 'commander';
import { z } from 'zod';
import { clean } from './clean/clean';
import { coldstart } from './coldstart/coldstart';
import { drift } from './drift/drift';
import { map } from './map/map';
import { overhead } from './overhead/overhead';
import { printLine } from './report';
import type { BenchOptions } from './options';
import { types } from './types/types';
import { validate } from './validate/validate';

const BENCHMARKS: Readonly<Record<string, (options: BenchOptions) => Promise<void>>> = {
  overhead,
  coldstart,
  map,
  types,
  drift,
  clean,
  validate,
};
const Options = z.object({
  json: z.boolean().default(false),
  runs: z.coerce.number().int().min(1).max(100).default(5),
  only: z.string().optional(),
});

const program = new Command('bench')
  .description(
    `Runs a benchmark beside its peer: ${Object.keys(BENCHMARKS).join(', ')}. What it does not measure: bench/README.md.`,
  )
  .argument('<name>', 'which benchmark')
  .option('--json', 'one JSON object a line')
  .option('--runs <n>', 'rounds; each runs Perennial and the peer in turn (default 5)')
  .option('--only <workload>', 'one workload of a benchmark that has several: chain-50, say')
  .action(async (name: string, given: unknown) => {
    const { json, runs, only } = Options.parse(given);
    const bench = BENCHMARKS[name];
    if (!bench)
      return program.error(`There is no benchmark '${name}' (known: ${Object.keys(BENCHMARKS).join(', ')}).`, {
        exitCode: 2,
      });
    await bench({
      runs,
      only,
      onLine(line) {
        console.log(json ? JSON.stringify(line) : printLine(line));
      },
      note(text) {
        console.error(text);
      },
    });
  });

program.parseAsync().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
