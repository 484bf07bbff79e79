// Danger: a change of the interpreter or its shell that makes a run that is under way decide otherwise than it did. Such
// a change needs `patched()` and a history of its own; every history that was ever recorded stays here. Before the first
// release some were recorded anew without that, last of all retrain.json when the cache came to be asked before dispatch:
// no run of the versions before is in flight.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KeptHistory, readKept } from '../../workers/replay/kept-histories';
import { openReplayer, type ReplayFault, silenceRuntime } from '../../workers/replay/replayer';
import { bundleWorkflows } from '../workflows/bundle-workflows';

jest.setTimeout(120_000);

const kept = readKept(join(__dirname, 'histories'));
/** Those of test/e2e/hand-written: the workflows are a user's, what records them is the engine's. */
const byHand = readKept(join(__dirname, 'histories', 'hand-written'));
const names = kept.map(({ file }) => file);

/** Replays histories against a bundle; the fault of each, by its file, null when it decided as it did then. */
async function replay(code: string, histories: readonly KeptHistory[]): Promise<Map<string, ReplayFault | null>> {
  const scratch = mkdtempSync(join(tmpdir(), 'perennial-replay-'));
  const codePath = join(scratch, 'bundle.js');
  writeFileSync(codePath, code);
  const replayer = openReplayer(codePath);
  try {
    const results = new Map<string, ReplayFault | null>();
    for (const { file, workflow, history } of histories) results.set(file, await replayer.replay(workflow, history));
    return results;
  } finally {
    await replayer.close();
    rmSync(scratch, { recursive: true });
  }
}

let code: string;

beforeAll(async () => {
  code = await bundleWorkflows('workflows/index.ts');
  silenceRuntime();
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
    const results = await replay(code, kept);
    expect(Object.fromEntries(results)).toEqual(Object.fromEntries(names.map((name) => [name, null])));
  });

  it('replay where the workflow was written by hand', async () => {
    const results = await replay(await bundleWorkflows('test/e2e/hand-written/workflows.ts'), byHand);
    expect(Object.fromEntries(results)).toEqual(Object.fromEntries(byHand.map(({ file }) => [file, null])));
    expect(byHand.map(({ file }) => file)).toEqual(
      ['cancelled', 'failed', 'failures', 'signals'].map((name) => `hand-written-${name}.json`),
    );
  });

  it('control: do not replay against workflows that begin otherwise', async () => {
    const results = await replay(await bundleWorkflows('test/replay/mutant.ts'), kept);
    expect([...results].filter(([, fault]) => fault === null)).toEqual([]);
  });

  it('control: do not replay when another step had been run than the plan says', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'perennial-replay-'));
    const text = readFileSync(join(__dirname, 'histories', 'chain.json'), 'utf8');
    writeFileSync(join(scratch, 'chain.json'), text.replace('"name": "double"', '"name": "other"'));
    const [fault] = (await replay(code, readKept(scratch))).values();
    rmSync(scratch, { recursive: true });
    expect(fault).toMatchObject({ kind: 'otherwise' });
  });
});
