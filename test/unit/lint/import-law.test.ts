/**
 * Danger: the import law is a table in a document, and the lint that should hold it lets things through. Each snippet is linted
 * as a file of its room, by the configuration of this repository.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { lint, root } from './lint-snippets';

const LAW = 'house/import-law';
const MEMORY = 'house/no-module-memory';

const DEFINITION = 'pipelines/flight-delays/pipeline.ts';
const CODE = 'pipelines/flight-delays/steps.cpu.ts';

const refused: [file: string, code: string, rule: string][] = [
  ['core/plan/new.ts', "import { z } from 'zod';", LAW],
  ['core/plan/new.ts', "import { join } from 'node:path';", LAW],
  ['core/plan/new.ts', "import type { Pool } from 'pg';", LAW],
  ['core/define/new.ts', "import type { Dataset } from '../../steps';", LAW],
  ['steps/new.ts', "import { openDb } from '../store/db';", LAW],
  ['steps/new.ts', "import pino from 'pino';", LAW],
  [DEFINITION, "import { Pool } from 'pg';", LAW],
  [DEFINITION, "import { readFileSync } from 'node:fs';", LAW],
  [DEFINITION, "import type { Scorer } from '../../activities/evaluate/score';", LAW],
  [DEFINITION, "import { steps } from './steps.cpu';", LAW],
  [DEFINITION, "export const later = () => import('./steps.cpu.js');", LAW],
  ['pipelines/flight-delays/model.ts', "import 'left-pad';", LAW],
  ['pipelines/flight-delays/contracts.ts', "import { openDb } from '../../store/db';", LAW],
  ['pipelines/flight-delays/data.ts', "import { DuckDBConnection } from '@duckdb/node-api';", LAW],
  ['examples/python-step/pipeline.ts', "import { step } from '../../core';", LAW],
  ['examples/python-step/new.ts', "import { cpuSteps } from './steps.cpu';", LAW],
  ['templates/project/pipeline.ts', "import { step } from '../../core';", LAW],
  ['workflows/new.ts', "import { createRunStep } from '../activities/run-step';", LAW],
  ['workflows/new.ts', "import { step } from '../core/define/step';", LAW],
  ['workflows/new.ts', "import { step } from '../core';", LAW],
  ['workflows/new.ts', "import { z } from 'zod';", LAW],
  ['workflows/new.ts', "export const later = () => import('../activities/keep');", LAW],
  ['activities/keep/new.ts', "import { startRun } from '../../client/start-run';", LAW],
  ['activities/keep/new.ts', "import { Client } from '@temporalio/client';", LAW],
  ['activities/keep/new.ts', "export { sleep } from '@temporalio/workflow';", LAW],
  ['client/new.ts', "import { runPipeline } from '../workflows/run-pipeline';", LAW],
  ['client/new.ts', "import type { KeeperActivities } from '../activities/keep';", LAW],
  ['client/new.ts', "import { Worker } from '@temporalio/worker';", LAW],
  ['store/models/new.ts', "import { Client } from '@temporalio/client';", LAW],
  ['store/models/new.ts', "import { startRun } from '../../client/start-run';", LAW],
  ['testing/new.ts', "import { createRunStep } from '../activities/run-step';", LAW],
  ['testing/new.ts', "import { openDb } from '../store/db';", LAW],
  ['core/plan/new.ts', "import { runLocal } from '../../testing';", LAW],
  ['api/new.ts', "import { InferenceSession } from 'onnxruntime-node';", LAW],
  ['api/new.ts', "import { runStep } from '../activities/run-step';", LAW],
  ['serving/new.ts', "import { loadProject } from '../workers/load-project';", LAW],
  ['serving/new.ts', "import { Client } from '@temporalio/client';", LAW],
  ['workers/new.ts', "import { EXIT } from '../cli/exit-codes';", LAW],
  ['workers/new.ts', "import { buildApplication } from '../api/application';", LAW],
  ['workers/new.ts', "import application = require('../api/application');", LAW],
  ['client/new.ts', "export type { KeeperActivities } from '../activities/keep';", LAW],
  ['client/new.ts', "export * from '../workflows/run-pipeline';", LAW],
  ['client/new.ts', "import { type Run, runPipeline } from '../workflows/run-pipeline';", LAW],
  ['store/models/new.ts', "export type Client = import('@temporalio/client').Client;", LAW],
  ['store/models/new.ts', 'export const later = () => import(`../../client/start-run`);', LAW],
  ['workflows/new.ts', 'let last = 0; export const next = (): number => (last += 1);', MEMORY],
  ['core/plan/new.ts', 'export let last = 0;', MEMORY],
  ['core/plan/new.ts', 'export const seen = new Map<string, number>();', MEMORY],
  ['core/plan/new.ts', 'const seen = new Set<string>(); export const see = (one: string) => seen.add(one);', MEMORY],
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
  ['client/new.ts', "import { type Run } from '../workflows/run-pipeline'; export type * from '../workflows/names';"],
  ['client/new.ts', "export type Run = import('../workflows/run-pipeline').Run;"],
  ['client/new.ts', "import { Client } from '@temporalio/client'; import { openDb } from '../store/db';"],
  ['store/models/new.ts', 'export const later = (name: string) => import(`${name}/start-run`);'],
  ['activities/new.ts', 'export const seen = new Map<string, number>();'],
  ['core/plan/new.ts', 'const names = new Set(["a"]); export const has = (one: string) => names.has(one);'],
  ['serving/new.ts', "import { InferenceSession } from 'onnxruntime-node'; import 'node:fs/promises';"],
  ['cli/new.ts', "import { loadProject } from '../workers/load-project'; import 'commander';"],
];

test('the law knows every folder that is compiled, and no others', () => {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const { include } = z.object({ include: z.array(z.string()) }).parse(JSON.parse(read('tsconfig.json')));
  const rooms = /^export const ROOMS = \[([^\]]+)\];$/m.exec(read('lint/import-law.mjs'))?.[1] ?? '';
  const known = [...rooms.matchAll(/'(\w+)'/g)].map((match) => match[1]);
  expect(known).toEqual(include.filter((name) => !name.endsWith('.ts')));
});

let answers: string[][];
beforeAll(async () => {
  const all = await lint([...refused, ...allowed].map(([file, code]) => ({ file, code })));
  answers = all.map((rules) => rules.filter((rule) => rule.startsWith('house/')));
}, 60_000);

test.each(refused.map(([file, code, rule], at) => ({ file, code, rule, at })))(
  '$file is refused: $code',
  ({ rule, at }) => {
    expect(answers[at]).toEqual([rule]);
  },
);

test.each(allowed.map(([file, code], at) => ({ file, code, at: refused.length + at })))(
  '$file may: $code',
  ({ at }) => {
    expect(answers[at]).toEqual([]);
  },
);
