import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { builtFile } from '../package-root';
import { startChild } from './child';
import type { Child } from './child';
import type { PartName } from './stack-file';

const ReadyLine = z.object({ ready: z.record(z.string(), z.unknown()) });

const LogLine = z.object({ msg: z.string(), err: z.object({ message: z.string() }).optional() });

/** One of the engine's own processes: a worker or serving. */
export interface EnginePart {
  readonly name: PartName;
  /** Program below dist/. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly state: string;
  readonly project: string;
}

/** One that runs, and may not be ready yet. */
export interface BegunPart {
  readonly child: Child;
  /**
   * Resolves at its line `{"ready": {...}}` on stdout.
   *
   * @throws PER_STACK_006 when it ends first or is not ready within a minute from the call
   */
  ready(): Promise<Child>;
}

/**
 * Starts one of the engine's processes and waits until it is ready.
 *
 * @throws PER_STACK_006 when it does not become so; PER_STACK_012 when it was not built.
 */
export async function startEnginePart(part: EnginePart, onStarted: (child: Child) => void): Promise<Child> {
  const begun = await beginEnginePart(part);
  onStarted(begun.child);
  return begun.ready();
}

/**
 * Starts one of the engine's processes.
 *
 * @throws PER_STACK_012 when it was not built.
 */
export async function beginEnginePart(part: EnginePart): Promise<BegunPart> {
  const program = builtFile(part.program);
  if (!existsSync(program)) throw perennialError('PER_STACK_012', `${program} is missing.`);
  const log = join(part.state, 'logs', `${part.name}.log`);
  let isReady: () => void = () => undefined;
  const ready = new Promise<string>(
    (resolve) =>
      (isReady = () => {
        resolve('ready');
      }),
  );
  const child = await startChild({
    command: process.execPath,
    args: ['--require', builtFile('workers/embedded/end-with-supervisor.js'), program, ...part.args],
    env: part.env,
    cwd: part.project,
    log,
    onLine: (line) => {
      if (ReadyLine.safeParse(parse(line)).success) isReady();
    },
  });
  return {
    child,
    async ready() {
      const timer = new AbortController();
      const outcome = await Promise.race([ready, child.ended, after(60_000, timer.signal)]);
      timer.abort();
      if (outcome === 'ready') return child;
      const said = lastWords(log);
      throw perennialError('PER_STACK_006', `${part.name} was not ready (${outcome}${said}); log: ${log}.`);
    },
  };
}

/** What the log's last line says, so that the error tells the reason and not only where to look for it. */
function lastWords(log: string): string {
  const line = readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  const entry = LogLine.safeParse(parse(line));
  const text = entry.success ? (entry.data.err?.message ?? entry.data.msg) : line;
  return text === '' ? '' : `: ${text.slice(0, 1_000)}`;
}

function after(ms: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(`${ms / 1000} s passed`);
    }, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
      },
      { once: true },
    );
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
