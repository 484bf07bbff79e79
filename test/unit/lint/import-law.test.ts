/**
 * Danger: the import law is a table in a document, and the lint that should hold it lets things through. Each snippet is linted
 * as a file of its room, by the configuration of this repository.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const root = join(__dirname, '../../..');
const IMPORTS = '@typescript-eslint/no-restricted-imports';
const SYNTAX = 'no-restricted-syntax';

const DEFINITION = 'pipelines/flight-delays/pipeline.ts';
const CODE = 'pipelines/flight-delays/steps.cpu.ts';

const refused: [file: string, code: string, rule: string][] = [
  ['core/plan/new.ts', "import { z } from 'zod';", IMPORTS],
  ['core/plan/new.ts', "import { join } from 'node:path';", IMPORTS],
  ['core/plan/new.ts', "import type { Pool } from 'pg';", IMPORTS],
  ['core/define/new.ts', "import type { Dataset } from '../../steps';", IMPORTS],
  ['steps/new.ts', "import { openDb } from '../store/db';", IMPORTS],
  ['steps/new.ts', "import pino from 'pino';", IMPORTS],
  [DEFINITION, "import { Pool } from 'pg';", IMPORTS],
  [DEFINITION, "import { readFileSync } from 'node:fs';", IMPORTS],
  [DEFINITION, "import type { Scorer } from '../../activities/evaluate/score';", IMPORTS],
  [DEFINITION, "import { steps } from './steps.cpu';", IMPORTS],
  [DEFINITION, "export const later = () => import('./steps.cpu.js');", SYNTAX],
  ['pipelines/flight-delays/model.ts', "import 'left-pad';", IMPORTS],
  ['pipelines/flight-delays/contracts.ts', "import { openDb } from '../../store/db';", IMPORTS],
  ['pipelines/flight-delays/data.ts', "import { DuckDBConnection } from '@duckdb/node-api';", IMPORTS],
  ['examples/python-step/pipeline.ts', "import { step } from '../../core';", IMPORTS],
  ['examples/python-step/new.ts', "import { cpuSteps } from './steps.cpu';", IMPORTS],
  ['templates/project/pipeline.ts', "import { step } from '../../core';", IMPORTS],
  ['workflows/new.ts', "import { createRunStep } from '../activities/run-step';", IMPORTS],
  ['workflows/new.ts', "import { step } from '../core/define/step';", IMPORTS],
  ['workflows/new.ts', "import { step } from '../core';", IMPORTS],
  ['workflows/new.ts', "import { z } from 'zod';", IMPORTS],
  ['workflows/new.ts', "export const later = () => import('../activities/keep');", SYNTAX],
  ['activities/keep/new.ts', "import { startRun } from '../../client/start-run';", IMPORTS],
  ['activities/keep/new.ts', "import { Client } from '@temporalio/client';", IMPORTS],
  ['activities/keep/new.ts', "export { sleep } from '@temporalio/workflow';", IMPORTS],
  ['client/new.ts', "import { runPipeline } from '../workflows/run-pipeline';", IMPORTS],
  ['client/new.ts', "import type { KeeperActivities } from '../activities/keep';", IMPORTS],
  ['client/new.ts', "import { Worker } from '@temporalio/worker';", IMPORTS],
  ['store/models/new.ts', "import { Client } from '@temporalio/client';", IMPORTS],
  ['store/models/new.ts', "import { startRun } from '../../client/start-run';", IMPORTS],
  ['testing/new.ts', "import { createRunStep } from '../activities/run-step';", IMPORTS],
  ['testing/new.ts', "import { openDb } from '../store/db';", IMPORTS],
  ['core/plan/new.ts', "import { runLocal } from '../../testing';", IMPORTS],
  ['api/new.ts', "import { InferenceSession } from 'onnxruntime-node';", IMPORTS],
  ['api/new.ts', "import { runStep } from '../activities/run-step';", IMPORTS],
  ['serving/new.ts', "import { loadProject } from '../workers/load-project';", IMPORTS],
  ['serving/new.ts', "import { Client } from '@temporalio/client';", IMPORTS],
  ['workers/new.ts', "import { EXIT } from '../cli/exit-codes';", IMPORTS],
  ['workers/new.ts', "import { buildApplication } from '../api/application';", IMPORTS],
  ['workflows/new.ts', 'let last = 0; export const next = (): number => (last += 1);', SYNTAX],
  ['core/plan/new.ts', 'export let last = 0;', SYNTAX],
  ['core/plan/new.ts', 'const seen = new Set<string>(); export const see = (one: string) => seen.add(one);', SYNTAX],
  ['cli/new.ts', 'export const n = JSON.parse("1") as unknown as string;', SYNTAX],
  ['cli/new.ts', 'export const n: any = 1;', '@typescript-eslint/no-explicit-any'],
  ['cli/new.ts', 'export const n = [1][0]!;', '@typescript-eslint/no-non-null-assertion'],
  ['cli/new.ts', '// eslint-disable-next-line no-restricted-syntax\nexport const n = 1;', 'Unused eslint-disable'],
];

const allowed: [file: string, code: string][] = [
  ['core/define/new.ts', "import { z } from 'zod';"],
  ['core/plan/new.ts', "import { perennialError } from '../errors';"],
  [DEFINITION, "import { z } from 'zod'; import { step } from '../../core'; import { collect } from '../../steps';"],
  [DEFINITION, "import { chooseRows } from './contracts'; import { columns } from '../late-airports/pipeline';"],
  [CODE, "import { Pool } from 'pg'; import { steps } from '../../activities/standard'; import 'left-pad';"],
  ['examples/python-step/pipeline.ts', "import { step } from 'perennial-ml'; import 'perennial-ml/steps';"],
  ['workflows/new.ts', "import type { KeeperActivities } from '../activities/keep';"],
  ['workflows/new.ts', "import { sleep } from '@temporalio/workflow'; import { planHash } from '../core/plan/hash';"],
  ['workflows/new.ts', "import type { StepContract } from '../core/define/step';"],
  ['client/new.ts', "import type { runPipeline } from '../workflows/run-pipeline';"],
  ['client/new.ts', "import { Client } from '@temporalio/client'; import { openDb } from '../store/db';"],
  ['serving/new.ts', "import { InferenceSession } from 'onnxruntime-node'; import 'node:fs/promises';"],
  ['cli/new.ts', "import { loadProject } from '../workers/load-project'; import 'commander';"],
];

test('the law knows every folder that is compiled, and no others', () => {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const { include } = z.object({ include: z.array(z.string()) }).parse(JSON.parse(read('tsconfig.json')));
  const rooms = /^const ROOMS = \[([^\]]+)\];$/m.exec(read('eslint.config.mjs'))?.[1] ?? '';
  const known = [...rooms.matchAll(/'(\w+)'/g)].map((match) => match[1]);
  expect(known).toEqual(include.filter((name) => !name.endsWith('.ts')));
});

let answers: string[][];
beforeAll(async () => {
  const all: [file: string, code: string, rule?: string][] = [...refused, ...allowed];
  const snippets = all.map(([file, code, rule]) => ({ file: join(root, file), code: `${code}\n`, rule }));
  answers = await lint(snippets);
}, 60_000);

/** What the lint says to each snippet: the rules that refuse it. */
function lint(snippets: object[]): Promise<string[][]> {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, 'lint-snippets.mjs'), { cwd: root, execArgv: [] });
    let said: unknown;
    child.once('message', (message) => (said = message));
    child.once('error', reject);
    child.once('exit', () => {
      const parsed = z.array(z.array(z.string())).safeParse(said);
      if (parsed.success) resolve(parsed.data);
      else reject(parsed.error);
    });
    child.send(snippets);
  });
}

test.each(refused.map(([file, code, rule], at) => ({ file, code, rule, at })))(
  '$file is refused: $code',
  ({ rule, at }) => {
    expect(answers[at]).toEqual([expect.stringContaining(rule)]);
  },
);

test.each(allowed.map(([file, code], at) => ({ file, code, at: refused.length + at })))(
  '$file may: $code',
  ({ at }) => {
    expect(answers[at]).toEqual([]);
  },
);
