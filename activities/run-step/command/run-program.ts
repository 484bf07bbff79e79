import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Command, StepContext } from '../../../core';
import { perennialError } from '../../../core/errors';
import { sentence } from '../../../core/errors/sentence';
import { JsonValue } from '../json-value';
import { keepLastWords } from '../last-words';
import { endWith } from '../process-group';
import type { Mask } from '../resources';
import { eachLine } from './lines';
import { folderOf } from './program-files';
import { watchPeak } from './usage';

/** What a program is run with. */
export interface Surroundings {
  /** The project's folder, from which the command's paths start. */
  readonly project: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly context: Pick<StepContext, 'address' | 'log' | 'progress' | 'signal'>;
  /** For what is cut: lines, and what the program says on stderr and the error repeats. */
  readonly mask: Mask;
  /** True: it leads a process group of its own and ends when the context's signal aborts. Absent: that is this process's. */
  readonly ownGroup?: boolean;
}

/** Exit code (EX_USAGE of sysexits.h) by which a program says that the same input would be refused again. */
const BAD_INPUT = 64;
/** How long the pipes of a program that has ended may stay open, ms: something that it left behind may hold them. */
const DRAIN = 500;

const Progress = z.strictObject({ progress: JsonValue });

/**
 * Runs a program to its end: no shell, no stdin, its output line by line into the log, its progress lines to Temporal.
 * It belongs to the process group of this process, which is killed as a whole, unless it is given its own.
 *
 * @throws PER_RUN_065 PER_RUN_066 by its exit code, PER_RUN_067 when it does not start
 */
export async function runProgram(command: Command, given: Surroundings): Promise<void> {
  const { context, mask } = given;
  const cwd = folderOf(command, given.project);
  const what = `The program '${command.program}' at '${context.address}'`;
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw perennialError('PER_RUN_067', `${what} has no folder ${cwd}.`);
  }
  const program = spawn(command.program, [...command.arguments], {
    cwd,
    env: given.environment,
    shell: false,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: given.ownGroup === true,
  });
  const leave = given.ownGroup === true ? endWith(program, context.signal) : () => undefined;
  const stopWatching = watchPeak(program.pid);
  const words = keepLastWords(mask);
  const hear = (stream: Readable, take: (line: string) => void): void => {
    eachLine(stream, take, mask);
  };
  hear(program.stdout, (line) => {
    const progress = progressOf(line);
    if (progress === null) context.log.info({ stream: 'stdout' }, line);
    else context.progress(progress.progress);
  });
  hear(program.stderr, (line) => {
    words.add(line);
    context.log.warn({ stream: 'stderr' }, line);
  });
  try {
    const { code, signal } = await endOf(program, what);
    if (code === 0) return;
    const how = signal === null ? `ended with exit code ${String(code)}` : `was ended by ${signal}`;
    const last = words.said();
    const said = last === '' ? '' : ` Its last words: ${sentence(last)}`;
    if (code === BAD_INPUT) throw perennialError('PER_RUN_066', `${what} refused its input.${said}`);
    throw perennialError('PER_RUN_065', `${what} ${how}.${said}`);
  } finally {
    stopWatching();
    leave();
  }
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

async function endOf(program: ChildProcess, what: string): Promise<End> {
  const closed = new Promise((resolve) => program.once('close', resolve));
  const end = await new Promise<End>((resolve, reject) => {
    program.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
    program.once('error', (cause) => {
      reject(perennialError('PER_RUN_067', `${what} does not start: ${cause.message}.`, { cause }));
    });
  });
  const drained = new AbortController();
  await Promise.race([closed, sleep(DRAIN, undefined, { signal: drained.signal }).catch(() => undefined)]);
  drained.abort();
  return end;
}

function progressOf(line: string): z.infer<typeof Progress> | null {
  if (!line.startsWith('{')) return null;
  try {
    return Progress.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
