import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import type { Pool } from 'pg';
import pino from 'pino';
import type { FoundStep } from '../../activities/run-step/known-step';
import { type Mask, openResources, type OpenedResources } from '../../activities/run-step/resources';
import { type SpinEnd, spinStep } from '../../activities/spin';
import { isCommand, type Json } from '../../core';
import { resourcesOf } from '../../core/define/resource';
import { perennialError } from '../../core/errors';
import { diskArtifacts, scratchArtifacts, type ScratchArtifacts } from '../../store/artifacts';
import { readOnlyUrl } from '../../store/db';
import { takeResources } from '../../store/resource-values';
import { findDevices } from '../../workers/devices';
import type { Project } from '../../workers/load-project';
import type { Settings } from '../settings';
import { comparison, type SpinView } from '../views/spin-text';
import { waitForDebugger } from './debugger';
import { withOutputDiverted } from './divert-output';
import { findSpunStep } from './find-step';
import { limitOf } from './limit';
import { logLine } from './log-line';
import { readRecordedNode, type RecordedNode } from './recorded-node';

/** What is to be spun, and how. */
export interface SpinAsked {
  readonly run: string;
  readonly address: string;
  /** Instead of the recorded one. */
  readonly input: Json | undefined;
  /** The port of the inspector; undefined: no debugger is waited for. */
  readonly inspect: number | undefined;
  /** ms; undefined: it has all the time that it wants. */
  readonly timeout: number | undefined;
  /** Where the artifacts that it makes are to stay. */
  readonly keep: string | undefined;
}

/** What a spin works with. */
export interface SpinParts {
  /** Read only. */
  readonly db: Pool;
  readonly settings: Settings & { readonly databaseUrl: string };
  loadProject(): Promise<Project>;
  /** A line for people. */
  say(text: string): void;
  /** Lines of the log as the JSON that they are. */
  readonly json: boolean;
}

/**
 * Runs the working tree's step on what a node of a run was handed, in this process, and records nothing.
 *
 * @throws what {@link readRecordedNode} and {@link findSpunStep} do, and PER_RUN_060 to PER_RUN_063 for its resources
 */
export async function spin(asked: SpinAsked, parts: SpinParts): Promise<SpinView> {
  const { db, settings } = parts;
  const say = (text: string): void => {
    parts.say(text);
  };
  const node = await readRecordedNode(db, asked.run, asked.address, asked.input);
  const given = takeResources(settings.project);
  tellSteps(settings);
  // Errors of the step's code then name its own files and lines.
  process.setSourceMapsEnabled(true);
  const project = await parts.loadProject();
  const step = await findSpunStep(project, node.step, node.row?.pool ?? null);
  const declared = resourcesOf([step.contract, ...project.pipelines, ...project.workflows]);
  const values = Object.fromEntries([...given].map(([name, { value }]) => [name, value]));
  const resources = await openResources([step.contract], declared, values);
  if (step.contract.isolate && !isCommand(step.handler)) say('An isolated step: here it runs in this process.');
  if (asked.inspect !== undefined) attach(step, asked.inspect, say);
  return withArtifacts(asked.keep, async (folder) => {
    const artifacts = scratchArtifacts(folder, diskArtifacts(db, settings.artifacts, settings.artifactsBase));
    const end = await execute({ asked, parts, node, step, resources, artifacts });
    return viewOf(asked, node, end, artifacts, resources.mask);
  });
}

/** What a worker's environment tells the project's code; the database is one to be read. */
function tellSteps(settings: SpinParts['settings']): void {
  const { databaseUrl, state, artifacts, artifactsBase, predictions, project } = settings;
  Object.assign(process.env, {
    DATABASE_URL: readOnlyUrl(databaseUrl),
    PERENNIAL_STATE: state,
    PERENNIAL_ARTIFACTS: artifacts,
    PERENNIAL_ARTIFACTS_BASE: artifactsBase ?? '',
    PERENNIAL_PREDICTIONS: predictions,
    PERENNIAL_PROJECT: project,
  });
}

function attach({ handler }: FoundStep, port: number, say: (text: string) => void): void {
  if (isCommand(handler)) {
    throw perennialError('PER_STACK_011', `--inspect: the code of this step is the program '${handler.program}'.`);
  }
  waitForDebugger(port, say);
}

interface Execution {
  readonly asked: SpinAsked;
  readonly parts: SpinParts;
  readonly node: RecordedNode;
  readonly step: FoundStep;
  readonly resources: OpenedResources;
  readonly artifacts: ScratchArtifacts;
}

async function execute({ asked, parts, node, step, resources, artifacts }: Execution): Promise<SpinEnd> {
  const { run, address, timeout } = asked;
  const { contract, handler } = step;
  const { mask } = resources;
  const [device = null] = findDevices(contract.pool, undefined).names;
  if (device !== null) process.env['CUDA_VISIBLE_DEVICES'] = device;
  const write = (line: string): void => {
    parts.say(parts.json ? mask.line(line).trimEnd() : logLine(mask.line(line)));
  };
  const limit = limitOf(contract.name, timeout);
  try {
    const end = await withOutputDiverted(
      (text) => mask.text(text),
      () =>
        spinStep({
          ...{ contract, handler, run, address, artifacts, resources, device },
          ...{ input: node.input, db: parts.db, project: parts.settings.project, signal: limit.signal },
          log: pino({ base: null, timestamp: false, level: 'debug' }, { write }),
          progress: (value) => {
            parts.say(`progress ${JSON.stringify(mask.json(value))}`);
          },
        }),
    );
    if (end.kind === 'failed' && end.failure.stack !== undefined) parts.say(end.failure.stack);
    return end;
  } finally {
    limit.stop();
  }
}

/** Does work with a folder for artifacts: one that stays, or one that is gone afterwards. */
async function withArtifacts<T>(keep: string | undefined, work: (folder: string) => Promise<T>): Promise<T> {
  if (keep !== undefined) {
    await mkdir(keep, { recursive: true });
    return work(resolve(keep));
  }
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'perennial-spin-'));
  const remover = removerOf(folder);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    remover.stdin.end();
  }
}

/** Removes the folder when this process has ended, however it did: whoever computes without a pause is ended by a signal. */
function removerOf(folder: string): { readonly stdin: Writable } {
  const script = `trap '' INT TERM HUP; cat; rm -rf -- "$0"`;
  const remover = spawn('/bin/sh', ['-c', script, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  remover.on('error', () => undefined);
  remover.stdin.on('error', () => undefined);
  remover.unref();
  return remover;
}

function viewOf(
  { run, address, input, keep }: SpinAsked,
  { step, row }: RecordedNode,
  end: SpinEnd,
  artifacts: ScratchArtifacts,
  mask: Mask,
): SpinView {
  const recorded = row === null ? null : { status: row.status, output: row.output, error: row.error };
  const base = {
    ...{ run, address, step, recorded, wallMs: Math.round(end.wallMs * 10) / 10 },
    input: input === undefined ? ('recorded' as const) : ('given' as const),
    artifacts: artifacts.written(),
    kept: keep === undefined ? null : resolve(keep),
  };
  if (end.kind === 'output') {
    const { output } = end;
    const statements = end.effects.statements.map(({ text, values }) => ({
      text: mask.text(text),
      values: values.map((value) => mask.json(value)),
    }));
    const effects = { ...end.effects, statements };
    return { ...base, status: 'completed', output, error: null, ...comparison(recorded, output), effects };
  }
  const { type: code, message, fault, retryable } = end.failure;
  const none = { same: null, differences: [], effects: { statements: [], complete: true } };
  return { ...base, status: 'failed', output: null, error: { code, message, fault, retryable }, ...none };
}
