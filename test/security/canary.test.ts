/**
 * Danger: the value of a resource turns up where people and programs read. A whole stack runs steps that log it, throw it,
 * report it and return it; then every place is searched for it. Each place has to hold a marker that was said beside it:
 * where the marker is not found, not finding the value proves nothing.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { type Launched, perennial, tidy, until } from '../e2e/stack/launch';
import { commandLines, environmentOf, files, histories, pending, type Place, tables } from './sweep';

jest.setTimeout(240_000);

const marker = `marker-${randomBytes(8).toString('hex')}`;
const part = (): string => randomBytes(6).toString('hex');
const parts = Array.from({ length: 7 }, part);
const [a, b, c, d, e, f, g] = parts;
/** What JSON and URLs write in more than one way, between parts that stand as they are in every one of them. */
const token = `canary/${a}ä ${b}'("\\`;
const user = `canary-user-${c}`;
const key = `-----BEGIN KEY-----\n${d}${'A'.repeat(30)}${e}\n${f}${'B'.repeat(30)}${g}\n-----END KEY-----\n`;
/** The parts, and what of each Base64 always says the same way, however many bytes stand before it. */
const canaries = parts.flatMap((one) => [one, ...[0, 1, 2].map((before) => inBase64(one, before))]);

function inBase64(text: string, before: number): string {
  const encoded = Buffer.from('x'.repeat(before) + text).toString('base64');
  return encoded.slice(before === 0 ? 0 : before + 1, 16);
}

const project = join(__dirname, 'canary-project');
const folder = mkdtempSync(join(tmpdir(), `perennial-canary-${marker}-`));
const state = join(folder, 'state');
const value = JSON.stringify({ token, user, key, region: 'north' });
const env = {
  CANARY_MARKER: marker,
  PERENNIAL_STATE: '',
  PERENNIAL_PROJECT: '',
  PERENNIAL_RESOURCE_CANARY_STORE: value,
};

const Up = z.object({ addresses: z.object({ temporal: z.string(), postgresUrl: z.string() }) });
let stack: Launched;
let addresses: z.infer<typeof Up>['addresses'];
let temporal: Client;

/** Runs a verb on the stack, from a shell that has the value too, and gives all that it prints. */
async function says(...args: string[]): Promise<Place & { readonly code: number | null }> {
  const { out, err, code } = await perennial([...args, '--state', state, '--project', project], { env }).ended;
  return { place: args.slice(0, 2).join(' '), text: out + err, code };
}

function holding(places: readonly Place[], ...texts: string[]): string[] {
  return places.filter(({ text }) => texts.some((one) => text.includes(one))).map(({ place }) => place);
}

/** None of the places holds a canary, and every one of them holds the marker. */
function expectClean(places: readonly Place[]): void {
  expect(holding(places, ...canaries)).toEqual([]);
  expect(holding(places, marker)).toEqual(places.map(({ place }) => place));
}

const Line = z.object({
  node: z.string(),
  attempt: z.int(),
  level: z.string(),
  message: z.string(),
  fields: z.looseObject({ stream: z.string().optional() }),
});
const Pids = z.tuple([z.number(), z.number()]);
async function pidsOf(step: string): Promise<z.infer<typeof Pids>> {
  const path = join(folder, 'marks', step);
  await until(`the step ${step} waits`, () => existsSync(path) && readFileSync(path, 'utf8').endsWith(']'));
  return Pids.parse(JSON.parse(readFileSync(path, 'utf8')));
}

beforeAll(async () => {
  mkdirSync(join(folder, 'marks'));
  const only = ['--only', 'temporal,postgres,worker-cpu', '--json'];
  stack = perennial(['up', '--foreground', '--state', state, '--project', project, ...only], { env });
  const line = await stack.line;
  expect(line).toContain('addresses');
  addresses = Up.parse(JSON.parse(line)).addresses;
  temporal = new Client({ connection: await Connection.connect({ address: addresses.temporal }) });
});

afterAll(async () => {
  await temporal.connection.close();
  stack.child.kill('SIGTERM');
  await stack.ended;
  await tidy(state);
  rmSync(folder, { recursive: true, force: true });
});

test('a value that steps log, throw and report is found in no place, and the marker beside it in every one', async () => {
  const config = JSON.stringify({ folder: join(folder, 'marks') });
  const run = says('run', 'leak', '--id', 'leak-1', '--config', config, '--wait', '--json');
  await until('the run has begun', async () => (await says('show', 'leak-1', '--json')).code === 0);
  const followed = says('logs', 'leak-1', '--follow', '--json');
  const [worker, program] = await pidsOf('here');
  const [child, childsProgram] = await pidsOf('apart');
  expectClean([commandLines(), await pending(temporal, 'leak-1')]);
  // The worker was started with the value; what it starts is not.
  expectClean([child, program, childsProgram].map(environmentOf));
  expect(holding([environmentOf(worker)], user)).toHaveLength(1);

  writeFileSync(join(folder, 'marks', 'go'), '');
  const { text, code } = await run;
  expect(text).toContain('north');
  expect(code).toBe(0);
  const shown = await says('show', 'leak-1', '--json');
  expect(
    z.object({ executions: z.array(z.object({ outcome: z.string() })) }).parse(JSON.parse(shown.text)).executions,
  ).toHaveLength(7);
  // Ends by itself, with the lines of both attempts of the three steps: their own, and what a process or program has written.
  const logged = await says('logs', 'leak-1', '--json');
  expect((await followed).text.split('\n').sort()).toEqual(logged.text.split('\n').sort());
  const lines = logged.text
    .trim()
    .split('\n')
    .map((line) => Line.parse(JSON.parse(line)));
  const names = lines.map(({ node, attempt, level, fields }) => `${node} ${attempt} ${fields.stream ?? level}`);
  expect(new Set(names)).toEqual(
    new Set(
      [1, 2]
        .flatMap((n) => ['here', 'apart', 'program'].map((node) => `${node} ${n} info`))
        // What each first attempt threw holds the value: it is masked there too.
        .concat(['here', 'apart', 'program'].map((node) => `${node} 1 error`))
        .concat(
          ['apart', 'program'].flatMap((node) =>
            [1, 2].flatMap((n) => ['stdout', 'stderr'].map((stream) => `${node} ${n} ${stream}`)),
          ),
        ),
    ),
  );
  const reporting = lines.filter(({ message }) => message === 'progress').map(({ node }) => node);
  expect(new Set(reporting)).toEqual(new Set(['apart', 'program']));
  expect(await says('logs', 'leak-1', 'elsewhere')).toMatchObject({
    code: 2,
    text: expect.stringContaining('PER_RUN_036') as string,
  });
  expectClean([logged, await followed, await says('logs', 'leak-1', 'apart', '--level', 'warn')]);
  expectClean([shown, await says('plan', 'leak', '--json'), await says('config'), await says('doctor')]);
  expect((await says('config')).text).toMatch(/resource canary-store\s+\*\*\*\s+PERENNIAL_RESOURCE_CANARY_STORE/);
});

test('an output that holds it is refused by name, and recorded nowhere', async () => {
  const config = JSON.stringify({ folder: join(folder, 'marks') });
  const { text, code } = await says('run', 'spills', '--id', 'spills-1', '--config', config, '--wait', '--json');
  expect(text).toContain('PER_RUN_064');
  expect(code).toBe(1);
  expect(text).toMatch(/'(token|user)' of the resource 'canary-store'/);
  expect(holding([{ place: 'run', text }], ...canaries)).toEqual([]);
});

test('an output that cannot be read is told without what it says', async () => {
  const config = JSON.stringify({ folder: join(folder, 'marks') });
  const run = await says('run', 'garbles', '--id', 'garbles-1', '--config', config, '--wait', '--json');
  const shown = await says('show', 'garbles-1', '--json');
  expect(shown.text).toContain('PER_RUN_068');
  expect(shown.text).toContain('PER_RUN_069');
  expectClean([shown, await says('logs', 'garbles-1')]);
  expect(holding([run], ...canaries)).toEqual([]);
});

test('what the command says afterwards of the run, and of its steps run again, is clean for people and for programs', async () => {
  const about = (verb: string, ...args: string[]) => [
    [verb, ...args],
    [verb, ...args, '--json'],
  ];
  const told = [
    ...['logs', 'show'].flatMap((verb) => about(verb, 'leak-1')),
    ...about('show', 'leak-1', '--node', 'program'),
    // Executes the steps in the command's own process; the program fails, with all that it has said.
    ...about('spin', 'leak-1', 'program'),
    ['spin', 'leak-1', 'here', '--json'],
    ['spin', 'leak-1', 'apart'],
  ];
  const brief = [
    ...about('why', 'leak-1', 'program'),
    ['why', 'leak-1', 'here'],
    ['spin', 'spills-1', 'spill', '--json'],
    ['rerun', 'leak-1', '--from', 'program', '--id', 'leak-2', '--wait'],
    ['rerun', 'spills-1', '--id', 'spills-2', '--wait', '--json'],
  ];
  const say = async (asked: string[][]) => {
    const places: Awaited<ReturnType<typeof says>>[] = [];
    for (const args of asked) places.push(await says(...args));
    return places;
  };
  const [full, short] = await Promise.all([say(told), say(brief)]);
  expectClean(full);
  expect(holding(short, ...canaries)).toEqual([]);
  const failing = [...full, ...short].filter(({ code }) => code !== 0).map(({ place }) => place);
  expect(failing).toEqual(['spin leak-1', 'spin leak-1', 'spin spills-1', 'rerun spills-1']);
  expect(full.filter(({ code }) => code !== 0).map(({ text }) => /PER_RUN_066/.test(text))).toEqual([true, true]);
});

test('records, histories and every file of the state folder are clean', async () => {
  const rows = await tables(addresses.postgresUrl);
  const told = ['runs', 'nodes', 'executions', 'plans', 'logs'].map((name) => `table ${name}`);
  expectClean(rows.filter(({ place }) => told.includes(place)));
  const events = await histories(temporal);
  expectClean(events.filter(({ place }) => /(leak|spills|garbles)-[12]$/.test(place)));
  const written = files(state);
  expectClean(written.filter(({ place }) => place === 'file logs/worker-cpu.log'));
  // Temporal's own database, where heartbeats are too.
  expect(holding(written, marker).some((place) => place.startsWith('file temporal/'))).toBe(true);
  expect(holding([...rows, ...events, ...written], ...canaries)).toEqual([]);
  expect([told.length, events.length >= 5, written.length > 3]).toEqual([5, true, true]);
});

test('a worker whose resource has no value does not start, and says which', async () => {
  const bare = { ...env, PERENNIAL_RESOURCE_CANARY_STORE: JSON.stringify({ user, key, region: 'north' }) };
  const args = ['worker', '--pool', 'cpu', '--state', state, '--project', project];
  const { code, err, out } = await perennial(args, { env: bare }).ended;
  expect(code).toBe(2);
  expect(err).toMatch(/PER_RUN_061.*'canary-store'.*token is missing/);
  expect(holding([{ place: 'worker', text: err + out }], ...canaries)).toEqual([]);
});
