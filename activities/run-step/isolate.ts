import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Json, StepLog } from '../../core';
import { perennialError } from '../../core/errors';
import { type Environment, environmentVariables } from '../../store/environment';
import { withoutResources } from '../../store/resource-values';
import type { Usage } from './cost';
import { FOLDER, temporaryIn, withExecutionFolder } from './execution-folder';
import { describe, type Failure, maskFailure } from './failure';
import { keepLastWords } from './last-words';
import { FromChild, type ToChild } from './messages';
import { endWith } from './process-group';
import { type Mask, NO_MASK } from './resources';

/** How an isolated execution ended; `usage` is null when the child died without a word, or cannot measure its program. */
export type IsolatedEnd =
  | { readonly kind: 'output'; readonly output: Json; readonly usage: Usage | null }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly usage: Usage | null };

/** What the worker gives an isolated execution. */
export interface Isolation {
  readonly environment: Environment;
  readonly signal: AbortSignal;
  readonly log: StepLog;
  /** For the child's last words, and for what it says that it failed with. */
  readonly mask?: Mask;
  /** Where its trace goes on in the child. Absent or null: nowhere. */
  readonly traceparent?: string | null;
  progress(value: Json): void;
}

/**
 * Runs one execution in a child process that leads its own process group, with a folder of its own. However it ends
 * (done, failed, cancelled, dead), nothing of either is left when this returns.
 */
export async function runIsolated(task: ToChild, given: Isolation): Promise<IsolatedEnd> {
  return withExecutionFolder((folder) => runInFolder(folder, task, given));
}

async function runInFolder(folder: string, task: ToChild, given: Isolation): Promise<IsolatedEnd> {
  const child = start(given, folder, task.device);
  const lastWords = follow(child, given.log, given.mask ?? NO_MASK);
  const leave = endWith(child, given.signal);
  try {
    return await converse(child, task, given, lastWords);
  } finally {
    leave();
  }
}

/** The compiled entry; code that runs from the sources uses what was built beside them. */
export function childEntry(): string {
  const compiled = join(__dirname, 'child.js');
  return existsSync(compiled) ? compiled : join(__dirname, '..', '..', 'dist', 'activities', 'run-step', 'child.js');
}

function start({ environment, traceparent }: Isolation, folder: string, device: string | null): ChildProcess {
  return spawn(process.execPath, [childEntry()], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A step's code has no use for the token of the engine's doors.
    env: {
      ...withoutResources(process.env),
      ...environmentVariables({ ...environment, token: null }),
      PERENNIAL_TOKEN: undefined,
      PERENNIAL_PARENT: String(process.pid),
      [FOLDER]: folder,
      TMPDIR: temporaryIn(folder),
      // What the worker itself was started in is not the step's.
      TRACEPARENT: traceparent ?? undefined,
      ...(device === null ? {} : { CUDA_VISIBLE_DEVICES: device }),
    },
  });
}

function converse(child: ChildProcess, task: ToChild, given: Isolation, lastWords: () => string): Promise<IsolatedEnd> {
  return new Promise((settle) => {
    let end: IsolatedEnd | null = null;
    child.on('message', (raw) => {
      const said = FromChild.safeParse(raw);
      if (!said.success) return;
      const message = said.data;
      if (message.type === 'progress') given.progress(message.value);
      else if (message.type === 'log') given.log[message.level](message.fields, message.message);
      else if (message.type === 'done') end = { kind: 'output', output: message.output, usage: message.usage };
      else end = { kind: 'failed', failure: maskFailure(message.failure, given.mask ?? NO_MASK), usage: message.usage };
    });
    child.on('error', (error) => {
      settle({ kind: 'failed', failure: describe(died(task, error.message, lastWords()), task.never), usage: null });
    });
    child.on('close', (code, signal) => {
      const how = signal === null ? `with exit code ${String(code)}` : `by ${signal}`;
      settle(end ?? { kind: 'failed', failure: describe(died(task, how, lastWords()), task.never), usage: null });
    });
    child.send(task, (error) => {
      if (error !== null) given.log.warn({ error: error.message }, 'the child process did not take its task');
    });
  });
}

function died(task: ToChild, how: string, words: string): Error {
  const said = words === '' ? '' : ` Its last words: ${words}`;
  return perennialError('PER_RUN_011', `The child process of '${task.step}' at '${task.address}' ended ${how}.${said}`);
}

/** Passes the child's output on to the log, line by line. Returns a function that gives the end of its stderr. */
function follow(child: ChildProcess, log: StepLog, mask: Mask): () => string {
  const words = keepLastWords(mask);
  eachLine(child.stdout, (line) => {
    log.debug({ stream: 'stdout' }, line);
  });
  eachLine(child.stderr, (line) => {
    words.add(line);
    log.warn({ stream: 'stderr' }, line);
  });
  return () => words.said();
}

function eachLine(stream: Readable | null, take: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on('line', take);
}
