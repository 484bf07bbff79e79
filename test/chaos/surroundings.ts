import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import type { Pool } from 'pg';
import { openDb } from '../../store/db';
import { createTestDatabase, type TestDatabase } from '../database';

/** What is loaded into a worker before its own code: a file beside this one, and what it reads from its environment. */
export interface Preload {
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A namespace, a database and a folder of a test's own, with real worker processes to be harmed. */
export class Surroundings {
  private readonly workers: ChildProcess[] = [];
  private readonly said = new Map<ChildProcess, { readonly ready: string; readonly log: string }>();

  private constructor(
    readonly client: Client,
    readonly namespace: string,
    readonly database: TestDatabase,
    readonly db: Pool,
    readonly folder: string,
    private readonly address: string,
    private readonly project: string,
  ) {}

  /** @param project folder beside this file that holds the project's perennial.config.ts */
  static async open(project = 'project'): Promise<Surroundings> {
    const address = process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'];
    if (!address)
      throw new Error('PERENNIAL_TEST_TEMPORAL_ADDRESS is not set: run `npm test`, which starts the stack.');
    const connection = await Connection.connect({ address });
    const namespace = `chaos-${randomBytes(4).toString('hex')}`;
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    const database = await createTestDatabase();
    const folder = await mkdtemp(join(tmpdir(), 'perennial-chaos-'));
    const client = new Client({ connection, namespace });
    // Servers learn of a new namespace a little later.
    await eventually(() =>
      client.workflow.count().then(
        () => true,
        () => false,
      ),
    );
    return new Surroundings(client, namespace, database, openDb(database.url), folder, address, project);
  }

  /** kill -9 for all workers that still run. */
  killAll(): void {
    for (const worker of this.workers) killGroup(worker);
  }

  async close(): Promise<void> {
    this.killAll();
    await this.client.connection.close();
    await this.db.end();
    await this.database.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /**
   * Starts a worker, in a process group of its own, and waits until it polls.
   *
   * @param preload what is to go wrong in it
   * @param project another folder than that of the others
   * @param environment what it is told beside what all are told
   */
  async worker(
    pool: 'cpu' | 'gpu' = 'cpu',
    preload: Preload | null = null,
    project = this.project,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ChildProcess> {
    const workers = join(__dirname, '..', '..', 'dist', 'workers');
    // It ends with this process, however this one ends: then the pipe to its stdin closes.
    const ending = ['--require', join(workers, 'embedded', 'end-with-supervisor.js')];
    const first = preload === null ? [] : ['--require', join(__dirname, preload.file)];
    const log = join(this.folder, `worker-${this.workers.length}.log`);
    const stderr = openSync(log, 'a');
    const worker = spawn(process.execPath, [...ending, ...first, join(workers, 'main.js'), '--pool', pool], {
      detached: true,
      stdio: ['pipe', 'pipe', stderr],
      env: {
        ...process.env,
        DATABASE_URL: this.database.url,
        TEMPORAL_ADDRESS: this.address,
        TEMPORAL_NAMESPACE: this.namespace,
        PERENNIAL_STATE: join(this.folder, 'state'),
        PERENNIAL_PROJECT: join(__dirname, project),
        PERENNIAL_VERSIONING: 'off',
        ...preload?.environment,
        ...environment,
      },
    });
    closeSync(stderr);
    this.workers.push(worker);
    const ready = await new Promise<string>((resolve, reject) => {
      worker.stdout?.once('data', (line: Buffer) => {
        resolve(String(line));
      });
      worker.once('exit', (code) => {
        reject(new Error(`the worker ended with ${String(code)} before it was ready`));
      });
    });
    this.said.set(worker, { ready, log });
    return worker;
  }

  /** The line by which a worker said that it is ready. */
  readyLine(worker: ChildProcess): string {
    return this.said.get(worker)?.ready ?? '';
  }

  /** What a worker has logged until now. */
  async logOf(worker: ChildProcess): Promise<string> {
    return readFile(this.said.get(worker)?.log ?? '', 'utf8');
  }

  /** Starts a run that keeps its marks in a folder of the surroundings. */
  async start(pipeline: string, runId: string) {
    const args = [{ config: { folder: this.folder }, plan: 'current' }];
    return this.client.workflow.start(pipeline, { workflowId: runId, taskQueue: 'perennial-cpu', args });
  }

  /** Waits until executions of a step have begun; returns their fences. */
  async begun(step: string, executions = 1): Promise<number[]> {
    let fences: number[] = [];
    await eventually(async () => {
      const text = await readFile(join(this.folder, step), 'utf8').catch(() => '');
      fences = text.split('\n').filter(Boolean).map(Number);
      return fences.length >= executions;
    });
    return fences;
  }

  /** Lets executions of a step go on from their mark. */
  async letGo(step: string): Promise<void> {
    await writeFile(join(this.folder, `${step}-go`), '');
  }
}

/** kill -9 for a worker and whatever shares its process group; nothing when it has ended. */
export function killGroup(worker: ChildProcess): void {
  if (worker.pid === undefined || worker.exitCode !== null || worker.signalCode !== null) return;
  process.kill(-worker.pid, 'SIGKILL');
}

/** Waits until something holds, for a minute at most unless told otherwise (ms). */
export async function eventually(holds: () => Promise<boolean>, atMost = 60_000): Promise<void> {
  const patience = AbortSignal.timeout(atMost);
  while (!(await holds())) await sleep(50, undefined, { signal: patience });
}
