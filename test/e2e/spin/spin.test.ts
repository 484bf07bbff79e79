/**
 * Danger: a spin leaves a trace in the records or the artifact store, runs other code or another input than it says, shows
 * a secret, or a debugger's breakpoint in a step's own file is never hit. The runs are real, by a worker that is gone when
 * they are spun; the command is the built one, on a copy of the project that is edited.
 */
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { awaitRun } from '../../../client/await-run';
import { findNode } from '../../../store/nodes/find-node';
import { isGoneWithin, markOf } from '../../../workers/embedded/process-mark';
import { packageRoot } from '../../../workers/package-root';
import { eventually, Surroundings } from '../../chaos/surroundings';
import { tables } from '../../security/sweep';
import { type Launched, perennial } from '../stack/launch';
import { InspectorClient } from './inspector-client';

jest.setTimeout(120_000);

const TOKEN = 'token-that-nobody-may-see';
let around: Surroundings;
/** The engineer's working tree. */
let tree: string;
let before: unknown;
const variables = { ...process.env };

const View = z.object({
  status: z.string(),
  output: z.json(),
  same: z.boolean().nullable(),
  differences: z.array(z.object({ what: z.string(), was: z.string().nullable(), is: z.string().nullable() })),
  artifacts: z.array(z.object({ digest: z.string(), kind: z.string() })),
  kept: z.string().nullable(),
  effects: z.object({
    statements: z.array(z.object({ text: z.string(), values: z.array(z.json()) })),
    complete: z.boolean(),
  }),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  recorded: z.object({ status: z.string() }).nullable(),
});
type View = z.infer<typeof View>;

function start(...args: string[]): Launched {
  const env = {
    DATABASE_URL: around.database.url,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    PERENNIAL_ARTIFACTS: artifacts(),
    PERENNIAL_RESOURCE_SPUN_ACCOUNT: JSON.stringify({ token: TOKEN }),
    PERENNIAL_STATE: join(around.folder, 'own-state'),
    TMPDIR: temporary(),
    PERENNIAL_PROJECT: '',
  };
  return perennial(['spin', ...args, '--project', tree], { env });
}

/** Spins with --json: what it says, on stderr too, and its exit code. */
async function spin(...args: string[]): Promise<{ view: View; err: string; code: number | null }> {
  const { out, err, code } = await start(...args, '--json').ended;
  if (!out.startsWith('{')) throw new Error(`no JSON: ${out} ${err}`);
  return { view: View.parse(JSON.parse(out)), err, code };
}

/** What is refused before anything runs. */
async function refusal(...args: string[]): Promise<{ code: string; message: string; exit: number | null }> {
  const { out, code: exit } = await start(...args, '--json').ended;
  const { error } = z.object({ error: z.object({ code: z.string(), message: z.string() }) }).parse(JSON.parse(out));
  return { ...error, exit };
}

const artifacts = (): string => join(around.folder, 'state', 'artifacts');
/** For the temporary files of what is spun. */
const temporary = (): string => join(around.folder, 'temporary');

/** Everything that a spin might change: every row of every table, and every file of the artifact store. */
async function traces(): Promise<unknown> {
  return { rows: await tables(around.database.url), files: readdirSync(artifacts(), { recursive: true }).sort() };
}

/** Edits a file of the working tree for as long as something is done. */
async function edited<T>(file: string, from: string, to: string, work: () => Promise<T>): Promise<T> {
  const path = join(tree, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
  try {
    return await work();
  } finally {
    writeFileSync(path, text);
  }
}

beforeAll(async () => {
  around = await Surroundings.open('../e2e/spin/project');
  process.env['PERENNIAL_RESOURCE_SPUN_ACCOUNT'] = JSON.stringify({ token: TOKEN });
  await around.worker();
  const options = { taskQueue: 'perennial-cpu', args: [{ config: {}, plan: 'current' }] };
  await around.client.workflow.start('whole', { workflowId: 'open', ...options });
  await around.client.workflow.start('failing', { workflowId: 'failed', ...options });
  expect(await awaitRun({ temporal: around.client, db: around.db }, 'failed')).toMatchObject({ status: 'failed' });
  await eventually(async () => (await findNode(around.db, 'open', 'sign'))?.status === 'waiting');
  around.killAll();
  // The server ends the worker's sessions a little later.
  await eventually(async () => {
    const others = await around.db.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`,
    );
    return others.rows.length === 0;
  });

  tree = join(around.folder, 'tree');
  await mkdir(tree);
  await mkdir(temporary());
  cpSync(join(__dirname, 'project'), tree, { recursive: true });
  for (const file of ['contracts.ts', 'steps.ts', 'perennial.config.ts']) {
    const path = join(tree, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/'(\.\.\/){4}/g, `'${packageRoot()}/`));
  }
  symlinkSync(join(packageRoot(), 'node_modules'), join(tree, 'node_modules'));
  before = await traces();
});

afterAll(async () => {
  process.env = variables;
  await around.close();
});

/** After every test: the one promise of the verb. */
afterEach(async () => {
  expect(await traces()).toEqual(before);
  expect(readdirSync(temporary())).toEqual([]);
});

describe('on what a run was handed', () => {
  test('gives the same output, reads artifacts of the run, and needs no worker and no Temporal', async () => {
    const { view, err, code } = await spin('open', 'count');
    expect(view).toMatchObject({ status: 'completed', output: { n: 15 }, same: true, differences: [] });
    expect(err).toContain('progress {"read":5}');
    expect(code).toBe(0);
  });

  test('an edit of the step is what runs, and what has become of the output is named by its place', async () => {
    await edited('steps.ts', 'bytes.length * by', 'bytes.length * by + 1', async () => {
      const { view, code } = await spin('open', 'count');
      expect(view).toMatchObject({ output: { n: 16 }, same: false, differences: [{ what: 'n', was: '15', is: '16' }] });
      expect(code).toBe(0);
      const { out } = await start('open', 'count').ended;
      expect(out).toMatch(/completed in .*Nothing was recorded[^]*Not the run's output:[^]*n +15 +16/);
    });
  });

  test('another input takes the place of the recorded one; a node that has not begun needs one', async () => {
    const blob = z.object({ blob: z.string() }).parse((await findNode(around.db, 'open', 'make'))?.output).blob;
    const { view } = await spin('open', 'count', '--input', JSON.stringify({ blob, by: 2 }));
    expect(view).toMatchObject({ output: { n: 10 }, same: false });
    expect(await refusal('open', 'last')).toMatchObject({ code: 'PER_RUN_047', exit: 2 });
    const file = join(tree, 'input.json');
    writeFileSync(file, JSON.stringify({ blob, by: 4 }));
    expect((await spin('open', 'last', '--input', `@${file}`)).view).toMatchObject({ output: { n: 20 }, same: null });
  });

  test.each(['grow[0]/grown', 'in-arm'])('in an iteration, or in an arm: %s', async (address) => {
    expect((await spin('open', address)).view).toMatchObject({ output: { n: 1 }, same: true });
  });

  test('an isolated step at an item of a map runs in this very process', async () => {
    const launched = start('open', 'each[1]/half', '--json');
    const { out, err } = await launched.ended;
    const view = View.parse(JSON.parse(out));
    expect(view.output).toEqual({ n: 10, pid: launched.child.pid });
    expect(view.differences.map(({ what }) => what)).toEqual(['pid']);
    expect(err).toContain('here it runs in this process');
  });

  test('what it makes is kept in a folder only if it is asked for, and read from there', async () => {
    const { view, err } = await spin('open', 'make');
    expect(view).toMatchObject({ same: true, artifacts: [{ kind: 'json' }], kept: null });
    // The token is in its log line, and printed past the log.
    expect(err).toMatch(/made with the token[^]*printed past the log: \[secret\]/);
    expect(JSON.stringify([view, err])).not.toContain(TOKEN);

    const keep = join(around.folder, 'kept');
    const input = JSON.stringify({ text: 'another' });
    const kept = await spin('open', 'make', '--input', input, '--keep-artifacts', keep);
    const [made] = kept.view.artifacts;
    expect(kept.view.kept).toBe(keep);
    const by = JSON.stringify({ blob: made?.digest, by: 1 });
    expect((await spin('open', 'count', '--input', by, '--keep-artifacts', keep)).view.output).toEqual({ n: 7 });
    expect(await spin('open', 'count', '--input', by)).toMatchObject({
      view: { status: 'failed', error: { code: 'PER_RUN_002' } },
      code: 1,
    });
  });

  test('a program runs as ever, and its files go the same way', async () => {
    const { view, err } = await spin('open', 'shout');
    expect(view).toMatchObject({ output: { loud: 'HELLO' }, same: true, artifacts: [{ kind: 'json' }] });
    expect(err).toContain('the program speaks');
  });
});

describe('a step that fails', () => {
  test('ends with exit code 1, and the error has its code', async () => {
    const { view, err, code } = await spin('failed', 'fail');
    expect(view).toMatchObject({
      status: 'failed',
      error: { code: 'Broken', message: 'it broke on Tuesday' },
      recorded: { status: 'failed' },
    });
    expect(code).toBe(1);
    const line = readFileSync(join(tree, 'steps.ts'), 'utf8').split('it broke on Tuesday')[0]?.split('\n').length ?? 0;
    expect(err).toContain(`${join(tree, 'steps.ts')}:${line}`);
    await edited(
      'steps.ts',
      "throw Object.assign(new Error('it broke on Tuesday'), { name: 'Broken' });",
      'return { n: 2 };',
      async () => {
        const mended = await spin('failed', 'fail');
        expect(mended).toMatchObject({
          view: { output: { n: 2 }, same: null, recorded: { status: 'failed' } },
          code: 0,
        });
      },
    );
  });

  test('a recorded input that no longer fits the contract is told in its words', async () => {
    await edited(
      'contracts.ts',
      'blob: z.string(), by: z.number()',
      'blob: z.string().max(3), by: z.number()',
      async () => {
        const { view, code } = await spin('open', 'count');
        expect(view.error?.code).toBe('PER_RUN_004');
        expect(view.error?.message).toContain('blob: Too big');
        expect(code).toBe(1);
        expect((await start('open', 'count').ended).out).toContain('no longer fits');
      },
    );
  });

  test('an error that nobody waited for ends it, not the command', async () => {
    const late = "setImmediate(() => { throw new Error('late and alone'); }); await new Promise(() => undefined);";
    await edited('steps.ts', 'const n = bytes.length * by;', `${late} const n = by;`, async () => {
      const { view, code } = await spin('open', 'count');
      expect(view.error?.message).toBe('late and alone');
      expect(code).toBe(1);
    });
  });

  test('--timeout ends a program with it', async () => {
    const { view, err } = await spin('open', 'shout', '--input', '{"text":"sleep"}', '--timeout', '2s');
    expect(view.error?.code).toBe('PER_RUN_019');
    const mark = markOf(Number(/pid (\d+)/.exec(err)?.[1]));
    expect(mark === null || (await isGoneWithin(mark, 20_000))).toBe(true);
  });
});

describe('a step that computes without a pause', () => {
  const forEver = 'const n = bytes.length * by; console.log("computes"); for (;;) Math.random();';

  test('ends with --timeout, and says so', async () => {
    await edited('steps.ts', 'const n = bytes.length * by;', forEver, async () => {
      const { view, code } = await spin('open', 'count', '--timeout', '1s');
      expect(view).toMatchObject({ status: 'failed', error: { code: 'PER_RUN_019' } });
      expect(code).toBe(1);
    });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends with %s', async (signal) => {
    await edited('steps.ts', 'const n = bytes.length * by;', forEver, async () => {
      const launched = start('open', 'count');
      let said = '';
      launched.child.stderr?.on('data', (chunk: string) => (said += chunk));
      await eventually(() => Promise.resolve(said.includes('computes')));
      // One that comes before it is seen to be silent is lost, as it may be for a person, who presses again.
      await eventually(() =>
        Promise.resolve(
          launched.child.exitCode !== null || launched.child.signalCode !== null || !launched.child.kill(signal),
        ),
      );
      expect((await launched.ended).code).not.toBe(0);
      await eventually(() => Promise.resolve(readdirSync(temporary()).length === 0));
    });
  });
});

describe('the records', () => {
  test('are read; what would go in with the output is listed, and not carried out', async () => {
    const { view } = await spin('open', 'draw');
    expect(view).toMatchObject({ output: { n: 1 }, same: true, effects: { complete: true } });
    const [statement, ...more] = view.effects.statements;
    expect(statement?.text).toMatch(/^INSERT INTO lineage/);
    expect(statement?.values).toEqual(expect.arrayContaining(['a source', 'drawn', 'open', 'draw']));
    expect(more).toEqual([]);
  });

  test('refuse a step that writes past them', async () => {
    expect((await spin('open', 'write')).view).toMatchObject({ same: true });
    const { view, code } = await spin('open', 'write', '--input', '{"n":2}');
    expect(view.error).toMatchObject({ code: 'PER_RUN_049' });
    expect(view.error?.message).toContain('read-only transaction');
    expect(code).toBe(1);
  });
});

describe('what cannot be spun is refused by name', () => {
  test.each([
    [['nobody', 'count'], 'PER_KEEP_004', 'nobody'],
    [['open', 'nowhere'], 'PER_RUN_036', 'count'],
    [['open', 'half'], 'PER_RUN_036', 'each[0]/half'],
    [['open', 'each[9]/half'], 'PER_RUN_047', 'has not begun'],
    [['open', 'sign'], 'PER_RUN_046', 'approval'],
    [['open', 'each'], 'PER_RUN_046', 'each[0]/half, each[1]/half'],
    [['open', 'each[1]'], 'PER_RUN_046', 'each[1]/half'],
    [['open', 'grow'], 'PER_RUN_046', 'grow[0]/grown'],
    [['open', 'enough'], 'PER_RUN_046', 'in-arm'],
    [['open', 'shout', '--inspect', '0'], 'PER_STACK_011', 'program'],
    [['open', 'count', '--input', '{'], 'PER_STACK_011', 'not JSON'],
    [['open', 'count', '--inspect', 'there'], 'PER_STACK_011', 'inspect'],
  ])('%j', async (args, code, text) => {
    const refused = await refusal(...args);
    expect(refused).toMatchObject({ code, exit: 2 });
    expect(refused.message).toContain(text);
  });

  test('a step that the project no longer has', async () => {
    await edited('contracts.ts', "step('count'", "step('count-all'", async () => {
      const refused = await refusal('open', 'count');
      expect(refused).toMatchObject({ code: 'PER_RUN_048', exit: 2 });
      expect(refused.message).toContain('count-all');
    });
  });
});

test('a debugger attaches, its breakpoint in the file of the step is hit, and sees the recorded input', async () => {
  const launched = start('open', 'count', '--inspect', '0', '--json');
  let said = '';
  launched.child.stderr?.on('data', (chunk: string) => (said += chunk));
  await eventually(() => Promise.resolve(/waits for a debugger at ws:\S+\n/.test(said)));
  const url = /debugger at (ws:\/\/127\.0\.0\.1:\d+\/\S+)/.exec(said)?.[1] ?? '';
  const file = pathToFileURL(join(tree, 'steps.ts')).href;
  const line = readFileSync(join(tree, 'steps.ts'), 'utf8').split('const n = bytes')[0]?.split('\n').length ?? 0;
  const client = await InspectorClient.attach(url);
  await client.ask('Debugger.enable');
  await client.breakAt(file, line);
  await client.ask('Runtime.runIfWaitingForDebugger');
  expect(await client.pausedAt(file, 'bytes.length * 100 + by')).toEqual({ line, value: 503 });
  await client.ask('Debugger.resume');
  const text = await launched.line;
  client.close();
  expect(View.parse(JSON.parse(text))).toMatchObject({ output: { n: 15 }, same: true });
  expect((await launched.ended).code).toBe(0);
});

test('ctrl-C while it waits for a debugger ends it', async () => {
  const launched = start('open', 'count', '--inspect', '0');
  let said = '';
  launched.child.stderr?.on('data', (chunk: string) => (said += chunk));
  await eventually(() => Promise.resolve(said.includes('waits for a debugger')));
  launched.child.kill('SIGINT');
  expect((await launched.ended).code).not.toBe(0);
});
