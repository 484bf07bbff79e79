import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { markOf } from './process-mark';
import type { ProcessMark } from './process-mark';

/** How a process of the stack is started. Its stderr, and its stdout unless that is listened to, go to the log. */
export interface ChildSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly log: string;
  /** Run under another uid and gid (Postgres refuses root). */
  readonly as?: { readonly uid: number; readonly gid: number } | undefined;
  /** Called with each line of stdout, which is then not logged. */
  readonly onLine?: (line: string) => void;
}

/** A started process. */
export interface Child {
  readonly mark: ProcessMark;
  /** Resolves with what ended it. */
  readonly ended: Promise<string>;
  /** True until it has ended. */
  isRunning(): boolean;
  /** Writes a line to its stdin; lost when it has ended. */
  tell(line: string): void;
}

/**
 * Starts a process in a group of its own, so that Ctrl-C in a terminal reaches the launcher alone, which then ends the
 * parts in order.
 *
 * @throws when the program cannot be started at all.
 */
export async function startChild(spec: ChildSpec): Promise<Child> {
  const log = openSync(spec.log, 'a', 0o600);
  try {
    const child = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      // stdin is a pipe that only this process holds: a child of ours ends by itself when it closes.
      stdio: ['pipe', spec.onLine === undefined ? log : 'pipe', log],
      ...(spec.as ?? {}),
    });
    const ended = endOf(child);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.stdin?.on('error', () => undefined);
    if (spec.onLine !== undefined) readLines(child, spec.onLine);
    const mark = child.pid === undefined ? null : markOf(child.pid);
    if (mark === null) throw new Error(`${spec.command} ended at once; see ${spec.log}`);
    return {
      mark,
      ended,
      isRunning: () => child.exitCode === null && child.signalCode === null,
      tell: (line) => child.stdin?.write(`${line}\n`),
    };
  } finally {
    closeSync(log);
  }
}

/** How a process ended, looked at from a loop; `how` is null while it runs. */
export function endingOf(child: Child): { readonly how: string | null } {
  const ending: { how: string | null } = { how: null };
  void child.ended.then((how) => {
    ending.how = how;
  });
  return ending;
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`);
    });
    child.once('error', (error) => {
      resolve(error.message);
    });
  });
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onLine);
  });
}
