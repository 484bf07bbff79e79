/**
 * Danger: `perennial run` says that a run has started which its workers could not even begin, and nothing tells of it later;
 * a `perennial worker` with two devices lets two steps compute on one of them, leaves one idle, or shows a step more than its own;
 * a step ends the worker of all others by what it throws; or, killed, the command leaves a worker behind, which nobody sees.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';
import { z } from 'zod';
import { childrenOf } from '../../chaos/children-of';
import { eventually, Surroundings } from '../../chaos/surroundings';
import { awaitRun } from '../../../client/await-run';
import { isAlive } from '../../../workers/embedded/process-mark';
import { type Launched, perennial } from '../stack/launch';

jest.setTimeout(120_000);

const project = join(__dirname, 'devices');
let around: Surroundings;
let gpu: Launched;

beforeAll(async () => {
  around = await Surroundings.open('../e2e/command/devices');
  const devices = { PERENNIAL_DEVICES: '0,1', CUDA_VISIBLE_DEVICES: '5,6' };
  gpu = perennial(['worker', '--pool', 'gpu'], { env: { ...environment(project), ...devices } });
  await around.worker('cpu');
  expect(await gpu.line).toContain('"ready"');
});
afterAll(async () => {
  gpu.child.kill('SIGTERM');
  await gpu.ended;
  await around.close();
});

function environment(ofProject: string): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: around.database.url,
    TEMPORAL_ADDRESS: process.env['PERENNIAL_TEST_TEMPORAL_ADDRESS'],
    TEMPORAL_NAMESPACE: around.namespace,
    PERENNIAL_STATE: join(around.folder, 'state'),
    PERENNIAL_PROJECT: ofProject,
    PERENNIAL_VERSIONING: 'off',
  };
}

async function says(ofProject: string, ...args: string[]): Promise<{ code: number | null; out: string }> {
  return perennial(args, { env: environment(ofProject) }).ended;
}

test('a run that the workers know no pipeline of is told at once, with what they say', async () => {
  const other = join(__dirname, '../upgrade/one');
  const { code, out } = await says(other, 'run', 'work', '--set', 'n=1', '--id', 'lost', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    run: 'lost',
    status: 'failed',
    reason: expect.stringMatching(/PER_RUN_012.*'work'/) as unknown,
  });
});

const Told = z.object({ device: z.string(), cuda: z.string(), pid: z.int() });
const Shown = z.object({
  executions: z.array(z.object({ address: z.string(), device: z.string().nullable(), outcome: z.string() })),
});

/** Who began and who ended on what, in that order. */
function events(): { what: string; who: string; device: string }[] {
  const path = join(around.folder, 'devices');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').filter(Boolean) : [];
  return lines.map((line) => {
    const [what = '', who = '', device = ''] = line.split(' ');
    return { what, who, device };
  });
}

/** Those that computed at once, on each device, at each moment of the story. */
function atOnce(): { readonly all: number; readonly on: ReadonlyMap<string, number> }[] {
  const on = new Map<string, number>();
  return events().map(({ what, device }) => {
    on.set(device, (on.get(device) ?? 0) + (what === 'begin' ? 1 : -1));
    return { all: [...on.values()].reduce((sum, n) => sum + n, 0), on: new Map(on) };
  });
}

/** How many of a run's activities of a step a worker has taken, and how many wait for one. */
async function underWay(run: string, step: string): Promise<{ started: number; scheduled: number }> {
  const { raw } = await around.client.workflow.getHandle(run).describe();
  const states = (raw.pendingActivities ?? [])
    .filter(({ activityType }) => activityType?.name === step)
    .map(({ state }) => state);
  const { PendingActivityState: State } = temporal.api.enums.v1;
  const count = (state: temporal.api.enums.v1.PendingActivityState) => states.filter((one) => one === state).length;
  return {
    started: count(State.PENDING_ACTIVITY_STATE_STARTED),
    scheduled: count(State.PENDING_ACTIVITY_STATE_SCHEDULED),
  };
}

test('a worker with two devices: two steps at once and no more, each alone on the one that it sees, and both are used', async () => {
  await around.start('on-devices', 'devices');
  // Two compute, and wait; the others stand ready to be taken.
  await eventually(async () => {
    const { started, scheduled } = await underWay('devices', 'compute');
    const begun = events().filter(({ what, who }) => what === 'begin' && who !== 'program');
    return started + scheduled === 4 && begun.length >= 2;
  });
  expect(await underWay('devices', 'compute')).toEqual({ started: 2, scheduled: 2 });
  writeFileSync(join(around.folder, 'go'), '');
  const { status, output } = await awaitRun({ temporal: around.client, db: around.db }, 'devices');
  expect(status).toBe('completed');

  const { items, program } = z.object({ items: z.array(Told).length(4), program: Told }).parse(output);
  const told = [...items, program];
  // Its own alone: neither the worker's list nor what the worker itself was started with.
  expect(told.map(({ cuda }) => cuda)).toEqual(told.map(({ device }) => device));
  expect(new Set(items.map(({ device }) => device))).toEqual(new Set(['0', '1']));
  expect(new Set(told.map(({ pid }) => pid)).size).toBe(5);

  const story = atOnce();
  expect(story).toHaveLength(10);
  expect(Math.max(...story.map(({ all }) => all))).toBe(2);
  expect([...new Set(story.flatMap(({ on }) => [...on.keys()]))].sort()).toEqual(['0', '1']);
  expect(Math.max(...story.flatMap(({ on }) => [...on.values()]))).toBe(1);

  const shown = Shown.parse(JSON.parse((await says(project, 'show', 'devices', '--json')).out));
  const by = (address: string) => shown.executions.find((one) => one.address === address)?.device;
  expect(shown.executions).toHaveLength(5);
  expect(items.map((_, item) => by(`each[${item}]/compute`))).toEqual(items.map(({ device }) => device));
  expect(by('program')).toBe(program.device);
  const lines = (await says(project, 'show', 'devices')).out.split('\n');
  expect(lines.find((line) => line.includes('each[2]/compute'))).toMatch(new RegExp(`\\s${items[2]?.device}\\s*$`));
});

test('a step that asks for a delay that is none fails, and its worker goes on', async () => {
  await around.start('failing', 'failing');
  const run = await awaitRun({ temporal: around.client, db: around.db }, 'failing', { timeout: 60_000 });
  expect(run).toMatchObject({ status: 'failed', reason: expect.stringMatching(/too early/) as unknown });
  const shown = Shown.parse(JSON.parse((await says(project, 'show', 'failing', '--json')).out));
  expect(shown.executions.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
});

test('a worker ends with the command that started it, killed or not', async () => {
  const { child } = gpu;
  const [worker] = childrenOf(child.pid ?? 0);
  if (!worker) throw new Error('the command has started no worker');
  expect(isAlive(worker)).toBe(true);
  child.kill('SIGKILL');
  await eventually(() => Promise.resolve(!isAlive(worker)));
});
