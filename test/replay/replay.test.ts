// Danger: a change of the interpreter or its shell that makes a run that is under way decide otherwise than it did. Such
// a change needs `patched()` and a history of its own; every history that was ever recorded stays here. Before the first
// release some were recorded anew without that, last of all retrain.json when the cache came to be asked before dispatch:
// no run of the versions before is in flight.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Runtime, Worker } from '@temporalio/worker';
import { temporal } from '@temporalio/proto';
import { z } from 'zod';
import { bundleWorkflows } from '../workflows/bundle-workflows';

jest.setTimeout(120_000);

const { History } = temporal.api.history.v1;
const Recorded = z.object({ workflowId: z.string(), history: z.looseObject({ events: z.array(z.looseObject({})) }) });
type Recorded = z.infer<typeof Recorded>;

const folder = join(__dirname, 'histories');
const all = readdirSync(folder).filter((name) => name.endsWith('.json'));
/** Those of test/e2e/hand-written: the workflows are a user's, what records them is the engine's. */
const byHand = all.filter((name) => name.startsWith('hand-written-'));
const names = all.filter((name) => !byHand.includes(name));

function read(name: string): Recorded {
  return Recorded.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

const quiet = () => undefined;
const silent = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet };

/** Replays histories against a bundle; the error of each, by its name, null when it decided as it did then. */
async function replay(
  code: string,
  histories: readonly (Recorded & { name: string })[],
): Promise<Map<string, Error | null>> {
  const results = new Map<string, Error | null>();
  const scratch = mkdtempSync(join(tmpdir(), 'perennial-replay-'));
  try {
    const codePath = join(scratch, 'bundle.js');
    writeFileSync(codePath, code);
    for (const { name, workflowId, history } of histories) {
      const one = [{ workflowId, history: History.fromObject(history) }];
      for await (const { error } of Worker.runReplayHistories({ workflowBundle: { codePath } }, one)) {
        results.set(name, error ?? null);
      }
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return results;
}

let code: string;

beforeAll(async () => {
  code = await bundleWorkflows('workflows/index.ts');
  Runtime.install({
    logger: silent,
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
});

describe('recorded histories', () => {
  it('are there for every kind of node, every kind of end, and the workflows of the loop', () => {
    const wanted = [
      'chain',
      'map',
      'map-shard',
      'branch-taken',
      'branch-not-taken',
      'switch',
      'repeating',
      'calling',
      'guarded',
      'guarded-cancelled',
      'approved',
      'rejected',
      'failed',
      'cancelled',
      'waited',
      'wait-skipped',
      'keeper',
      'retrain',
      'report-cause',
      'backfill',
      'backfill-continued',
      'backfill-cancelled',
      'scheduled-run',
    ];
    expect(names).toEqual(expect.arrayContaining(wanted.map((name) => `${name}.json`)));
  });

  it('replay', async () => {
    const results = await replay(
      code,
      names.map((name) => ({ name, ...read(name) })),
    );
    expect(Object.fromEntries(results)).toEqual(Object.fromEntries(names.map((name) => [name, null])));
  });

  it('replay where the workflow was written by hand', async () => {
    const results = await replay(
      await bundleWorkflows('test/e2e/hand-written/workflows.ts'),
      byHand.map((name) => ({ name, ...read(name) })),
    );
    expect(Object.fromEntries(results)).toEqual(Object.fromEntries(byHand.map((name) => [name, null])));
    expect(byHand).toEqual(['cancelled', 'failed', 'failures', 'signals'].map((name) => `hand-written-${name}.json`));
  });

  it('control: do not replay against workflows that begin otherwise', async () => {
    const results = await replay(
      await bundleWorkflows('test/replay/mutant.ts'),
      names.map((name) => ({ name, ...read(name) })),
    );
    expect([...results].filter(([, error]) => error === null)).toEqual([]);
  });

  it('control: do not replay when another step had been run than the plan says', async () => {
    const { workflowId, history } = read('chain.json');
    const changed: unknown = JSON.parse(JSON.stringify(history).replaceAll('{"name":"double"}', '{"name":"other"}'));
    const results = await replay(code, [{ name: 'chain', workflowId, history: Recorded.shape.history.parse(changed) }]);
    expect(results.get('chain')).toBeInstanceOf(Error);
  });
});
