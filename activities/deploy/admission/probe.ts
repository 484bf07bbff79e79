import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type ErrorCode, ERRORS, perennialError } from '../../../core/errors';
import { type Golden, ProbeAnswer, type ProbeFindings } from './probe-protocol';

/** What a probe may use before it is killed. */
export interface ProbeLimits {
  readonly timeMs: number;
  /** Resident memory, bytes. */
  readonly memoryBytes: number;
}

const WATCH_MS = 25;

/**
 * Walks, loads and runs a model in a child process of its own: no environment but PATH, an empty folder, one answer.
 *
 * @throws PER_MODEL_050 to PER_MODEL_060; never crashes or hangs the caller, whatever the bytes are.
 */
export async function probeInChild(
  bytes: Uint8Array,
  golden: Golden | null,
  limits: ProbeLimits,
): Promise<ProbeFindings> {
  const folder = await mkdtemp(join(tmpdir(), 'perennial-probe-'));
  try {
    const child = fork(childEntry(), [], {
      cwd: folder,
      env: { PATH: process.env['PATH'] },
      execArgv: ['--max-old-space-size=1024'],
      stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
    });
    return await converse(child, bytes, golden, limits);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The compiled child: beside this file when this is compiled, else under the checkout's dist/ (tests run after the build). */
function childEntry(): string {
  const name = 'probe-child.js';
  const entry = basename(__filename).endsWith('.js')
    ? join(dirname(__filename), name)
    : resolve(__dirname, '../../../dist/activities/deploy/admission', name);
  if (!existsSync(entry)) throw perennialError('PER_MODEL_061', `${entry} is missing.`);
  return entry;
}

async function converse(
  child: ChildProcess,
  bytes: Uint8Array,
  golden: Golden | null,
  limits: ProbeLimits,
): Promise<ProbeFindings> {
  const fate: { killed: string | null; answer: ProbeAnswer | null; complaint: string } = {
    killed: null,
    answer: null,
    complaint: '',
  };
  const kill = (why: string): void => {
    fate.killed ??= why;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => {
    kill(`It was not through after ${limits.timeMs} ms`);
  }, limits.timeMs);
  const watch = setInterval(() => {
    void residentBytes(child.pid).then((used) => {
      if (used > limits.memoryBytes) kill(`It used ${used} bytes of memory, of ${limits.memoryBytes}`);
    });
  }, WATCH_MS);
  child.on('message', (message) => {
    fate.answer = ProbeAnswer.safeParse(message).data ?? null;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    fate.complaint = (fate.complaint + chunk).slice(-1_000);
  });
  // A child that ends before it has read everything breaks the pipe; how it ended is told by its exit.
  child.stdin?.on('error', () => undefined);
  try {
    const ended = exitOf(child);
    child.send({ golden, timeMs: limits.timeMs }, () => undefined);
    child.stdin?.end(bytes);
    const how = await ended;
    return judge(fate.answer, fate.killed ?? `The process ended (${how}) ${lastLine(fate.complaint)}`);
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
  }
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => {
      done(signal ?? `exit code ${code ?? 'unknown'}`);
    });
  });
}

function judge(answer: ProbeAnswer | null, otherwise: string): ProbeFindings {
  if (answer === null) throw perennialError('PER_MODEL_059', `${otherwise.trim()}.`);
  if (answer.type === 'admitted') return answer.findings;
  throw perennialError(isCode(answer.code) ? answer.code : 'PER_MODEL_058', answer.detail);
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
}

/** Resident memory of a process; 0 where the system does not say (the time limit and the heap limit remain). */
async function residentBytes(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0;
  const text = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
  return Number(text.split(' ')[1] ?? 0) * 4_096;
}
