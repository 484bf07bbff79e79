// Danger: a build is deployed that decides otherwise than runs in flight did, and the check passes it; or it fails without saying
// which run and which event; or what it did not look at passes in silence. The builds are bundles of the real workflows, mutants
// of the interpreter among them; the open workflows are histories that were recorded.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDeploy, type DeployCheck, type ToCheck } from '../../cli/deploy/check-deploy';
import type { OpenWorkflow } from '../../client/deploy/open-workflows';
import { readKept } from '../../workers/replay/kept-histories';
import { silenceRuntime } from '../../workers/replay/replayer';
import { bundleWorkflows } from '../workflows/bundle-workflows';

jest.setTimeout(120_000);

const folder = join(__dirname, 'histories');
const byHand = ['nightly', 'saga', 'broken', 'careful'];
const kept = [...readKept(folder), ...readKept(join(folder, 'hand-written'))];
const scratch = mkdtempSync(join(tmpdir(), 'perennial-deploy-'));
let code: string;

beforeAll(async () => {
  code = await bundleWorkflows('workflows/index.ts');
  silenceRuntime();
});

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

/** The engine's bundle, or one in which something stands otherwise. */
function bundle(name: string, from: RegExp | string = '', to = ''): string {
  const made = code.replace(from, to);
  if (from !== '' && made === code) throw new Error(`the workflows have no ${String(from)}`);
  const path = join(scratch, `${name}.js`);
  writeFileSync(path, made);
  return path;
}

async function* listed(open: readonly OpenWorkflow[]): AsyncGenerator<OpenWorkflow> {
  for (const one of open) yield await Promise.resolve(one);
}

function check(given: Partial<ToCheck> & Pick<ToCheck, 'bundle'>): Promise<DeployCheck> {
  return checkDeploy({
    build: 'this-build',
    handWritten: { types: byHand, bundle: null },
    pipelines: [...new Set(kept.map(({ type }) => type).filter((type) => !type.includes('.')))],
    models: [],
    open: null,
    kept: [],
    history: ({ workflow }) => Promise.resolve(kept.find((one) => one.workflow === workflow)?.history ?? null),
    ...given,
  });
}

const open = (workflow: string, type: string, more: Partial<OpenWorkflow> = {}): OpenWorkflow => ({
  ...{ workflow, uuid: '', type, byHand: false, pipeline: null, model: null, pinnedTo: null },
  ...more,
});
const chain = open('chain-254155a9', 'chain');
const waiting = open('waiting-dbc20b62', 'waiting');

test('what was kept goes on with the build that recorded it; hand-written workflows without their code are told as unchecked', async () => {
  const found = await check({ bundle: bundle('same'), kept });
  expect(found).toMatchObject({ differing: [], gone: [], pinned: [], open: null });
  expect(found.kept).toBe(kept.length - byHand.length);
  expect(found.unchecked.map(({ type }) => type).sort()).toEqual([...byHand].sort());
});

const MUTANTS: [what: string, from: RegExp | string, to: string, file: string, event: object][] = [
  [
    'steps are handed out in another order',
    'for (const command of commands)',
    'for (const command of [...commands].reverse())',
    'cancelled.json',
    { id: 8, type: 'ActivityTaskScheduled', of: 'endless' },
  ],
  [
    'the interpreter puts a step before what came before it',
    /draft\.commands\.push\(\{\s*type: 'run-step'/,
    "draft.commands.unshift({ type: 'run-step'",
    'guarded.json',
    { id: 8, type: 'ActivityTaskScheduled', of: 'double' },
  ],
  [
    'a shard is another workflow',
    "startChild)('perennial.map-shard'",
    "startChild)('perennial.map-part'",
    'map-in-shards.json',
    { id: 8, type: 'StartChildWorkflowExecutionInitiated', of: 'perennial.map-shard' },
  ],
  ['a wait is no timer any more', 'if (ms > 0)', 'if (ms > 1e12)', 'waited.json', { type: 'TimerStarted' }],
];

test.each(MUTANTS)('a mutant is caught, with workflow and event: %s', async (_what, from, to, file, event) => {
  const found = await check({ bundle: bundle('mutant', from, to), kept });
  const one = found.differing.find((differing) => differing.file === file);
  expect(one).toMatchObject({ code: 'PER_RUN_150', event });
  const { workflow, type } = kept.find((history) => history.file === file) ?? {};
  expect(one?.message).toContain(
    `${workflow} (${type}, kept in ${file}) at event ${one?.event?.id}, ${one?.event?.type}`,
  );
});

test('a build whose code throws is told apart from one that decides otherwise', async () => {
  const throwing = bundle('throwing', 'this.obeyAll(next.commands);', "throw new Error('no such luck');");
  const found = await check({ bundle: throwing, kept: kept.filter(({ file }) => file === 'chain.json') });
  expect(found.differing).toMatchObject([{ code: 'PER_RUN_151', workflow: 'chain-254155a9', event: {} }]);
  expect(found.differing[0]?.message).toContain('no such luck');
});

test('a hand-written workflow that the project has lost while it is open is told as gone, and not replayed as something else', async () => {
  const lost = open('forgotten-1', 'forgotten', { byHand: true, pipeline: 'forgotten' });
  const found = await check({ bundle: bundle('same'), open: listed([lost]) });
  expect(found).toMatchObject({
    open: 0,
    differing: [],
    gone: [{ code: 'PER_RUN_152', kind: 'hand-written workflow', name: 'forgotten', workflows: ['forgotten-1'] }],
    unchecked: [{ type: 'forgotten' }],
  });
});

test('a keeper and a back-fill that are pinned come to this build all the same: what is gone of theirs is told; a pinned run keeps its code', async () => {
  const pinned = { pinnedTo: 'older-build' };
  const found = await check({
    bundle: bundle('same'),
    open: listed([
      open('keeper-lost', 'perennial.keeper', { ...pinned, model: 'lost' }),
      open('backfill-1', 'perennial.backfill', { ...pinned, pipeline: 'gone' }),
      open('gone-1', 'gone', { ...pinned, pipeline: 'gone' }),
    ]),
  });
  expect(found.gone.map(({ kind, name, workflows }) => ({ kind, name, workflows }))).toEqual([
    { kind: 'model', name: 'lost', workflows: ['keeper-lost'] },
    { kind: 'pipeline', name: 'gone', workflows: ['backfill-1'] },
  ]);
  expect(found.pinned).toEqual([
    { build: 'older-build', current: false, count: 3, workflows: ['keeper-lost', 'backfill-1', 'gone-1'] },
  ]);
});

test('what is pinned is replayed too when it is to be moved', async () => {
  const mutant = bundle('mutant', 'for (const command of commands)', 'for (const command of [...commands].reverse())');
  const one = open('calling-3c4c11f5', 'calling', { pinnedTo: 'older-build' });
  expect(await check({ bundle: mutant, open: listed([one]) })).toMatchObject({ open: 0, differing: [] });
  const found = await check({ bundle: mutant, open: listed([one]), evenPinned: true });
  expect(found).toMatchObject({ open: 1, differing: [{ workflow: 'calling-3c4c11f5' }] });
});

test('open workflows are replayed; those pinned to a build are counted by build; one that has vanished since is let be', async () => {
  const pinned = { pinnedTo: 'older-build' };
  const found = await check({
    bundle: bundle('mutant', 'for (const command of commands)', 'for (const command of [...commands].reverse())'),
    open: listed([
      chain,
      waiting,
      open('vanished', 'chain'),
      open('calling-3c4c11f5', 'calling', pinned),
      open('guarded-924ab9bb', 'guarded', pinned),
      open('mine', 'chain', { pinnedTo: 'this-build' }),
      open('second', 'nightly'),
    ]),
  });
  expect(found).toMatchObject({ open: 2, kept: 0, gone: [] });
  expect(found.differing).toMatchObject([{ workflow: waiting.workflow, file: null, event: { id: 8 } }]);
  expect(found.pinned).toEqual([
    { build: 'older-build', current: false, count: 2, workflows: ['calling-3c4c11f5', 'guarded-924ab9bb'] },
    { build: 'this-build', current: true, count: 1, workflows: ['mine'] },
  ]);
  expect(found.unchecked).toEqual([{ type: 'nightly', workflows: ['second'] }]);
});

test('a pipeline or model that is gone while something of it is open is named, with the runs; one pinned to its build is not', async () => {
  const found = await check({
    bundle: bundle('same'),
    pipelines: ['waiting'],
    open: listed([
      chain,
      open('chain-2', 'chain'),
      waiting,
      open('backfill-1', 'perennial.backfill', { pipeline: 'chain' }),
      open('keeper-churn', 'perennial.keeper', { model: 'churn' }),
      open('old', 'older', { pinnedTo: 'older-build' }),
      open('second', 'nightly'),
    ]),
  });
  expect(found.differing).toEqual([]);
  expect(found.gone).toMatchObject([
    { kind: 'pipeline', name: 'chain', workflows: [chain.workflow, 'chain-2', 'backfill-1'] },
    { kind: 'model', name: 'churn', workflows: ['keeper-churn'] },
  ]);
  expect(found.gone[0]?.message).toContain(`The pipeline 'chain': 3 open: ${chain.workflow}, chain-2, backfill-1.`);
});

test('a workflow that has decided nothing yet passes', async () => {
  const history = { events: kept[0]?.history.events?.slice(0, 1) ?? [] };
  const found = await check({ bundle: bundle('same'), open: listed([chain]), history: () => Promise.resolve(history) });
  expect(found).toMatchObject({ open: 1, differing: [] });
});
