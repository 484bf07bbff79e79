import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Pool } from 'pg';
import { z } from 'zod';
import { diskArtifacts } from '../../../store/artifacts';
import { openDb } from '../../../store/db';
import { createModelVersion } from '../../../store/models/create-model-version';
import { championOf } from '../../../store/models/champion-of';
import { promote } from '../../../store/models/promote';
import { listSegmentsTouching, PredictionLine } from '../../../store/predictions';
import { createTestDatabase } from '../../database';
import { TINY_SIGNATURE } from '../../tiny-model';

const Ready = z.object({ ready: z.object({ url: z.url() }) });

/** A running `serving` program. */
export interface Server {
  readonly url: string;
  readonly process: ChildProcess;
  /** Ends it as an operator would; resolves to its exit code. */
  stop(): Promise<number | null>;
}

/** An answer of the HTTP API. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** A database, an artifact store and a prediction log of their own, with what the tests need of them. */
export interface Stage {
  readonly db: Pool;
  readonly state: string;
  serve(options?: { args?: string[]; env?: Record<string, string> }): Promise<Server>;
  /** Runs the program and resolves to how it ended, without waiting for it to be ready. */
  refuse(env: Record<string, string>): Promise<{ code: number | null; errors: string }>;
  /** Registers and promotes a version of `model`; its number. `before` is given its file before it is promoted. */
  promote(model: string, bytes: Uint8Array, before?: (file: string) => Promise<void>): Promise<number>;
  /** The address of its database. */
  readonly databaseUrl: string;
  /** Every prediction of a model in the artifact store. */
  logged(model: string): Promise<PredictionLine[]>;
  end(): Promise<void>;
}

/** Sets the stage: everything is made anew and removed at the end. */
export async function setStage(): Promise<Stage> {
  const database = await createTestDatabase();
  const db = openDb(database.url);
  const state = await mkdtemp(join(tmpdir(), 'perennial-serving-'));
  const artifacts = diskArtifacts(db, join(state, 'artifacts'));
  const running = new Set<ChildProcess>();

  const start = (args: string[], env: Record<string, string>, stderr: 'pipe' | 'inherit' | 'ignore'): ChildProcess => {
    const { PATH = '' } = process.env;
    const own = { PATH, DATABASE_URL: database.url, PERENNIAL_STATE: state, PERENNIAL_LOG_LEVEL: 'error', ...env };
    const program = resolve(__dirname, '../../../dist/serving/main.js');
    const child = spawn(process.execPath, [program, ...args], { env: own, stdio: ['ignore', 'pipe', stderr] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  };

  return {
    db,
    state,
    databaseUrl: database.url,
    async serve({ args = [], env = {} } = {}) {
      const child = start(['--port', '0', ...args], env, process.env['SHOW_SERVING'] ? 'inherit' : 'ignore');
      const url = await readyUrl(child);
      return {
        url,
        process: child,
        async stop() {
          if (child.exitCode === null && child.signalCode === null) {
            child.kill('SIGTERM');
            await once(child, 'exit');
          }
          return child.exitCode;
        },
      };
    },
    async refuse(env) {
      const child = start([], env, 'pipe');
      let errors = '';
      child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
      await once(child, 'close');
      return { code: child.exitCode, errors };
    },
    async promote(model, bytes, before) {
      const artifact = await artifacts.putBytes(bytes, 'model');
      const reference = await artifacts.putBytes(Buffer.from('{}'), 'json');
      const seq = (await championOf(db, model))?.seq ?? 0;
      const time = '2001-01-01T00:00:00.000Z';
      const version = await createModelVersion(db, {
        model,
        artifact,
        trainer: 'test',
        signature: { ...TINY_SIGNATURE },
        metrics: {},
        evaluation: {},
        reference,
        trainedFrom: time,
        trainedTo: time,
        eventTime: time,
        run: `run-${model}-${seq}`,
        address: 'register',
      });
      await before?.(await artifacts.pathOf(artifact));
      const ask = {
        model,
        expectedSeq: seq,
        version,
        decisionId: `${model}-${version}`,
        reason: 'test',
        by: 'test',
        eventTime: time,
      };
      const { outcome } = await promote(db, ask);
      if (outcome !== 'promoted') throw new Error(`version ${version} of ${model} was not promoted: ${outcome}`);
      return version;
    },
    async logged(model) {
      const everything = { from: '0001-01-01T00:00:00.000Z', to: '9999-01-01T00:00:00.000Z' };
      const segments = await listSegmentsTouching(db, model, everything, { limit: 10_000 });
      const texts = await Promise.all(segments.map((segment) => artifacts.read(segment.artifact)));
      return texts.flatMap((text) =>
        text
          .toString('utf8')
          .trimEnd()
          .split('\n')
          .map((line) => PredictionLine.parse(JSON.parse(line))),
      );
    },
    async end() {
      for (const child of running) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await db.end();
      await database.drop();
      await rm(state, { recursive: true, force: true });
    },
  };
}

async function readyUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the program has no stdout');
  for await (const line of createInterface(child.stdout)) return Ready.parse(JSON.parse(line)).ready.url;
  throw new Error(`serving ended before it was ready: ${child.exitCode ?? child.signalCode}`);
}

/** Sends a request; a body that is no string is sent as JSON. */
export async function call(
  url: string,
  method: 'GET' | 'POST',
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    return { status: response.status, body: text };
  }
}

/** An answer to a prediction request. */
export const Predicted = z.object({
  model: z.string(),
  version: z.int(),
  logged: z.boolean(),
  predictions: z.array(z.object({ id: z.string(), probability: z.number() })),
});

/** Asks again until `isSo`; a test that waits for ever is ended by its time limit. */
export async function until<T>(ask: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask();
    if (isSo(value)) return value;
    await new Promise((again) => setTimeout(again, 20));
  }
}
