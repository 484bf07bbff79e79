import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { perennialError } from '../../core/errors';
import { SEARCH_ATTRIBUTES } from '../search-attributes';
import { endingOf, startChild } from './child';
import type { Child } from './child';
import type { TemporalBinary } from './temporal-binary';

/** Where the embedded server is told to listen. */
export interface TemporalPorts {
  readonly grpc: number;
  readonly ui: number;
}

export interface TemporalOptions {
  readonly binary: TemporalBinary;
  readonly state: string;
  readonly ports: TemporalPorts;
  /** Called as soon as the process runs, before it answers: so that it can be ended whatever happens next. */
  readonly onStarted: (child: Child) => void;
}

/**
 * The dev server's single history shard polls its queues at most 20 times a second: each step of a chain would wait 50 ms.
 * Each `history.<queue>ProcessorMaxPollRPS` lifts that.
 */
const QUEUES = ['transfer', 'timer', 'visibility', 'outbound'];

/** The arguments of `temporal server start-dev` for a state folder. */
export function temporalArguments(state: string, ports: TemporalPorts): string[] {
  return [
    'server',
    'start-dev',
    ...['--ip', '127.0.0.1', '--port', String(ports.grpc), '--ui-port', String(ports.ui), '--ui-disable-news-fetch'],
    ...['--db-filename', join(state, 'temporal', 'temporal.db')],
    // The default rollback journal costs twice the CPU.
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    ...['--log-level', 'warn', '--log-format', 'json', '--color', 'never'],
    ...QUEUES.flatMap((queue) => ['--dynamic-config-value', `history.${queue}ProcessorMaxPollRPS=2000`]),
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}

/**
 * Starts the Temporal dev server on loopback and waits until its default namespace answers through the UI's API, which
 * asks the gRPC front end.
 *
 * @throws PER_STACK_004 when it ends or does not answer within a minute.
 */
export async function startTemporal(options: TemporalOptions): Promise<Child> {
  const { state, ports } = options;
  mkdirSync(join(state, 'temporal'), { recursive: true });
  const log = join(state, 'logs', 'temporal.log');
  const child = await startChild({
    command: options.binary.path,
    args: temporalArguments(state, ports),
    // A user without an entry in the password file (a container's, say) has to have a name, or Temporal does not start.
    env: { USER: `uid-${process.getuid?.() ?? 0}`, ...pick(process.env, ['PATH', 'HOME', 'USER', 'TMPDIR', 'LANG']) },
    cwd: state,
    log,
  });
  options.onStarted(child);
  const ending = endingOf(child);
  const end = Date.now() + 60_000;
  while (!(await answers(ports.ui))) {
    if (ending.how !== null) throw perennialError('PER_STACK_004', `Temporal ended with ${ending.how}; log: ${log}.`);
    if (Date.now() > end) throw perennialError('PER_STACK_004', `Temporal did not answer within 60 s; log: ${log}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child;
}

async function answers(uiPort: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${uiPort}/api/v1/namespaces/default`, {
      signal: AbortSignal.timeout(5_000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
