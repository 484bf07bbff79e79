import { cpSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Info } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Pool } from 'pg';
import pino from 'pino';
import { createRunStep, type RunStepDependencies } from '../../../activities/run-step';
import { openResources } from '../../../activities/run-step/resources';
import type { Json } from '../../../core';
import { resourcesOf } from '../../../core/define/resource';
import { diskArtifacts } from '../../../store/artifacts';
import { openDb } from '../../../store/db';
import { openLineRecords } from '../../../store/logs/line-records';
import { readEnvironment } from '../../../store/environment';
import { loadProject } from '../../../workers/load-project';
import { aCode } from '../../a-code';
import { createTestDatabase } from '../../database';
import { aRun } from '../../store/rows';

/** One execution that runs, or has run. */
export interface Started {
  readonly environment: MockActivityEnvironment;
  readonly run: string;
  readonly ended: Promise<Json>;
}

/** The activities of a worker, by the step's name. */
type StepActivities = ReturnType<typeof createRunStep>;

/** A worker's half of the engine with the project of this folder, on a database of its own. */
export interface Stage {
  readonly db: Pool;
  readonly dependencies: RunStepDependencies;
  /** For what the programs leave for the test. */
  readonly folder: string;
  /** Where the programs lie. */
  readonly programs: string;
  /** The lines of the log so far. */
  readonly lines: string[];
  start(step: string, input: Json, info?: Partial<Info>, given?: StepActivities): Started;
  /** The folders of executions that are still there. */
  left(): string[];
  end(): Promise<void>;
}

export const TOKEN = 'token-of-the-account';

export async function setStage(): Promise<Stage> {
  const database = await createTestDatabase();
  const db = openDb(database.url);
  const root = await mkdtemp(join(tmpdir(), 'perennial-programs-'));
  const [folder, programs, temporary] = ['folder', 'programs', 'temporary'].map((name) => join(root, name));
  if (folder === undefined || programs === undefined || temporary === undefined) throw new Error('never');
  for (const one of [folder, programs, temporary]) await mkdir(one);
  for (const name of ['program.cjs', 'program.py']) cpSync(join(__dirname, name), join(programs, name));
  const before = { ...process.env };
  Object.assign(process.env, { PROGRAMS_FOLDER: programs, TMPDIR: temporary });
  const project = join(__dirname, 'project');
  const variables = { DATABASE_URL: database.url, PERENNIAL_STATE: root, PERENNIAL_PROJECT: project };
  const loaded = await loadProject(project, root);
  const implementations = await loaded.steps('cpu');
  const contracts = implementations.flatMap((one) => Object.values(one.contracts));
  const lines: string[] = [];
  const resources = await openResources(contracts, resourcesOf(contracts), { account: { token: TOKEN } });
  const write = (line: string): void => {
    lines.push(resources.mask.line(line));
  };
  const dependencies: RunStepDependencies = {
    db,
    artifacts: diskArtifacts(db, join(root, 'artifacts')),
    environment: readEnvironment(variables),
    log: pino({}, { write }),
    standard: [],
    standardCode: aCode(),
    project: { bundle: loaded.bundle, implementations, codeOf: (one) => loaded.codeOf(one) },
    resources,
    lines: openLineRecords(db, { log: pino({ level: 'silent' }), interval: 60_000 }),
  };
  let runs = 0;
  return {
    ...{ db, dependencies, folder, programs, lines },
    start(step, input, info = {}, runStep = createRunStep(dependencies)) {
      const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
      const run = `run-${(runs += 1)}`;
      const argument = { run, address: 'n', node: 'n', step, plan: 'plan', input, cache: true, model: null };
      const ended: Promise<Json> = aRun(db, run).then(() => environment.run(runStep(step), argument));
      return { environment, run, ended };
    },
    left: () => readdirSync(temporary).filter((name) => name.startsWith('perennial-execution-')),
    async end() {
      process.env['TMPDIR'] = before['TMPDIR'];
      if (before['TMPDIR'] === undefined) delete process.env['TMPDIR'];
      delete process.env['PROGRAMS_FOLDER'];
      await db.end();
      await database.drop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Takes a program's file, a JSON list, once it is there. */
export async function takeList(path: string): Promise<string> {
  const end = Date.now() + 20_000;
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text.endsWith(']')) {
      await rm(path);
      return text;
    }
    if (Date.now() > end) throw new Error(`waited in vain for ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
