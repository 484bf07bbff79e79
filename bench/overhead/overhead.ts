import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { connectTemporal } from '../../client/connection';
import { startStack } from '../../workers/embedded/stack';
import { packageRoot } from '../../workers/package-root';
import type { Part } from '../cpu';
import type { BenchOptions } from '../options';
import { type Case, CASES, type Doer } from './cases';
import { type Dbos, startDbos } from './dbos/dbos';
import { startDefaultServer } from './default-server';
import { linesOf } from './lines';
import { type Form, interleave, type Sample } from './measure';
import { bundlePeer, startNullWorker, startPeer } from './peer';

/** Where a doer's workflows are started, and whose CPU time counts for them. */
interface Place {
  readonly client: Client;
  readonly queue: string;
  readonly parts: Readonly<Record<string, Part>>;
}

/** The same of DBOS, which has no server but Postgres and starts its workflows itself. */
interface DbosPlace {
  readonly peer: Dbos;
  readonly parts: Readonly<Record<string, Part>>;
}

/**
 * The engine's own cost: no-op steps through Perennial, with all its records, beside a hand-written Temporal workflow
 * that records nothing, on the same server with the same worker options, and a light chain beside DBOS; taken in turn. CPU
 * is that of Temporal, Postgres, the worker at work and this client, as far as they take part.
 */
export async function overhead({ runs, only, onLine, note }: BenchOptions): Promise<void> {
  const cases = CASES.filter(({ name }) => only === undefined || only === name);
  const opened = await openPlaces(
    cases.some(({ dbos }) => dbos !== undefined),
    note,
  );
  const { places, dbos } = opened;
  try {
    for (const each of cases) {
      const samples = await interleave(formsOf(each, places, dbos), runs, (round) => {
        note(`${each.name}: round ${round} of ${runs}`);
      });
      const events = await countEvents(samples, places);
      for (const line of linesOf(each, samples, events, dbos?.peer.version)) onLine(line);
    }
  } finally {
    await opened.close();
  }
}

/** The doers of a workload. Only its latency is compared with a server of default settings. */
function formsOf(of: Case, places: ReadonlyMap<Doer, Place>, dbos: DbosPlace | null): ReadonlyMap<Doer, Form> {
  const wanted = [...places].filter(([doer]) => doer !== 'temporal-defaults' || of.goals.overDefaults !== undefined);
  const forms = new Map(wanted.map(([doer, place]) => [doer, formOf(of, doer, place)]));
  const { dbos: length } = of;
  if (dbos !== null && length !== undefined) {
    forms.set('dbos', { parts: dbos.parts, work: async () => [await dbos.peer.chain(length)] });
  }
  return forms;
}

function formOf(of: Case, doer: Doer, { client, queue, parts }: Place): Form {
  const { type, argument } = doer === 'perennial' || doer === 'null-store' ? of.perennial : of.peer;
  return {
    parts,
    async work() {
      const ids = Array.from({ length: of.runs }, () => `${type}-${randomUUID()}`);
      await Promise.all(
        ids.map((workflowId) => client.workflow.execute(type, { workflowId, taskQueue: queue, args: [argument] })),
      );
      return ids;
    },
  };
}

/** History events of one run, by who did it. */
async function countEvents(
  samples: ReadonlyMap<Doer, readonly Sample[]>,
  places: ReadonlyMap<Doer, Place>,
): Promise<ReadonlyMap<Doer, number[]>> {
  const counts = new Map<Doer, number[]>();
  for (const [doer, place] of places) {
    const ids = (samples.get(doer) ?? []).flatMap(({ workflows }) => workflows.slice(0, 1));
    const histories = ids.map((id) => place.client.workflow.getHandle(id).fetchHistory());
    counts.set(
      doer,
      (await Promise.all(histories)).map(({ events }) => events?.length ?? 0),
    );
  }
  return counts;
}

async function openPlaces(withDbos: boolean, note: (text: string) => void) {
  const state = await mkdtemp(join(tmpdir(), 'perennial-bench-'));
  const stack = await startStack({
    state,
    project: join(packageRoot(), 'bench', 'overhead', 'project'),
    only: ['temporal', 'postgres', 'worker-cpu'],
    onProgress({ part, text }) {
      note(`${part}: ${text}`);
    },
  });
  if (stack.temporalCli === null) throw new Error('the embedded stack runs on a Temporal server of its own');
  const bundle = await bundlePeer(state);
  const plain = await startDefaultServer(stack.temporalCli, state);
  const peer = await startPeer(stack.addresses.temporal, bundle);
  const plainPeer = await startPeer(plain.address, bundle);
  const unrecorded = await startNullWorker(stack.addresses.temporal);
  const client = await connectTemporal({ address: stack.addresses.temporal });
  const plainClient = await connectTemporal({ address: plain.address });
  const { temporal = 0, postgres = 0, 'worker-cpu': worker = 0 } = stack.pids;
  const servers = { temporal: whole(temporal), client: { pid: process.pid, withChildren: false } };
  const places = new Map<Doer, Place>([
    [
      'perennial',
      { client, queue: 'perennial-cpu', parts: { ...servers, worker: whole(worker), postgres: whole(postgres) } },
    ],
    ['null-store', { client, queue: unrecorded.queue, parts: { ...servers, worker: whole(unrecorded.pid) } }],
    ['temporal-by-hand', { client, queue: peer.queue, parts: { ...servers, worker: whole(peer.pid) } }],
    [
      'temporal-defaults',
      {
        client: plainClient,
        queue: plainPeer.queue,
        parts: { ...servers, temporal: whole(plain.pid), worker: whole(plainPeer.pid) },
      },
    ],
  ]);
  const dbos = withDbos ? await startDbos(stack.addresses.postgresUrl, note) : null;
  return {
    places,
    dbos: dbos && { peer: dbos, parts: { worker: whole(dbos.pid), postgres: whole(postgres) } },
    async close() {
      await Promise.all([client.connection.close(), plainClient.connection.close()]);
      await Promise.all([peer.stop(), plainPeer.stop(), unrecorded.stop(), dbos?.stop()]);
      await Promise.all([stack.stop(), plain.stop()]);
      await rm(state, { recursive: true, force: true });
    },
  };
}

function whole(pid: number): Part {
  return { pid, withChildren: true };
}
