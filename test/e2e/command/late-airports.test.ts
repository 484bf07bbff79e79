/**
 * Danger: the commands of the README do not do what it says. The compiled command is run as a person runs it, against the
 * stack that the tests share: start, see what waits, answer, see how it ended, and be refused where that is due.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const root = join(__dirname, '../../..');
const run = promisify(execFile);
const Failed = z.object({ code: z.number(), stdout: z.string() });
const Started = z.object({ run: z.string(), status: z.string() });
const Shown = z.object({
  run: z.object({ status: z.string() }),
  nodes: z.array(
    z.object({ address: z.string(), status: z.string(), cache: z.object({ hit: z.boolean() }).nullable() }),
  ),
});
const Ended = z.object({ run: z.string(), status: z.string(), output: z.json() });

/** Runs the command with --json; its one object and its exit code. */
async function perennial(...args: string[]): Promise<{ result: unknown; code: number }> {
  const env = { ...process.env, PERENNIAL_STATE: process.env['PERENNIAL_TEST_STATE'], PERENNIAL_PROJECT: root };
  const command = [join(root, 'dist/cli/main.js'), ...args, '--json'];
  try {
    const { stdout } = await run(process.execPath, command, { env });
    return { result: JSON.parse(stdout), code: 0 };
  } catch (error) {
    const { code, stdout } = Failed.parse(error);
    return { result: JSON.parse(stdout), code };
  }
}

/** Runs the command for people; what it prints. */
async function printed(...args: string[]): Promise<string> {
  const env = { ...process.env, PERENNIAL_STATE: process.env['PERENNIAL_TEST_STATE'], PERENNIAL_PROJECT: root };
  return (await run(process.execPath, [join(root, 'dist/cli/main.js'), ...args], { env })).stdout;
}

/** Starts a run that waits for its approval, whatever the airports: none is better than a limit of zero. */
async function startWaiting(): Promise<string> {
  const { result } = await perennial('run', 'late-airports', '--set', 'limit=0', '--set', 'airports=["SEA","BOS"]');
  const { run: id } = Started.parse(result);
  for (;;) {
    const { result: shown, code } = await perennial('show', id);
    if (code === 0 && Shown.parse(shown).nodes.some(({ status }) => status === 'waiting')) return id;
    if (code === 0) expect(Shown.parse(shown).run.status).toBe('running');
  }
}

test('a run is started, waits for a person, is approved, and its nodes tell why they ran', async () => {
  const id = await startWaiting();
  expect(await perennial('approve', id, 'nowhere')).toMatchObject({
    result: { error: { code: 'PER_RUN_036' } },
    code: 2,
  });
  expect(await perennial('approve', id, 'collect')).toMatchObject({
    result: { error: { code: 'PER_KEEP_011' } },
    code: 2,
  });
  expect(await perennial('approve', id, 'release', '--by', 'ana')).toMatchObject({
    result: { approved: true, by: 'ana' },
    code: 0,
  });
  const waited = await perennial(
    'run',
    'late-airports',
    '--set',
    'limit=1',
    '--set',
    'airports=["SEA","BOS"]',
    '--wait',
  );
  expect(Ended.parse(waited.result)).toMatchObject({ status: 'completed', output: null });
  const { result } = await perennial('show', Ended.parse(waited.result).run);
  const shares = Shown.parse(result).nodes.filter(({ address }) => address.endsWith('share-late'));
  expect(shares.map(({ cache }) => cache?.hit)).toEqual([true, true]);
}, 120_000);

test('a person sees what a run was asked, what it waits for and shows, and each node in full', async () => {
  const id = await startWaiting();
  const waiting = await printed('show', id);
  expect(waiting).toMatch(/^config +\{.*"airports":\["SEA","BOS"\]/m);
  expect(waiting).toContain(`release waits for: perennial approve ${id} release`);
  expect(waiting).toContain('Who may answer: anybody who may reach the run.');
  expect(waiting).toMatch(/It shows:\n {2}\{\n {4}"late": 0\.\d+,\n {4}"airport": "(SEA|BOS)"\n {2}\}/);
  expect(waiting).not.toMatch(/^result/m);

  const collected = await printed('show', id, '--node', 'collect');
  expect(collected).toMatch(/^output\n {2}\{[^]*"dataset": "[0-9a-f]{64}"/m);
  expect(collected).toMatch(/^ *output +[0-9a-f]{64} +dataset +[\d.]+ MB *$/m);
  expect(collected).toContain('the contract of the step says `cache: false`');
  const share = await printed('show', id, '--node', 'airports[1]/share-late');
  expect(share).toMatch(/^input\n {2}\{[^]*"airport": "BOS"/m);
  expect(share).toMatch(/^key +[0-9a-f]{64}, of code /m);

  await perennial('approve', id, 'release', '--by', 'ana', '--note', 'as ever');
  for (;;) {
    const { result } = await perennial('show', id);
    if (Shown.parse(result).run.status === 'completed') break;
    expect(Shown.parse(result).run.status).toBe('running');
  }
  const ended = await printed('show', id);
  expect(ended).toMatch(/^result +\{"text":".+"\}$/m);
  expect(ended).toMatch(/^ *announce .* off for this step *$/m);
  expect(ended).toMatch(/^release: approved by ana at 2\d{3}-[\d:.T-]+Z: as ever$/m);
  expect(await printed('show', id, '--node', 'release')).toContain('"by": "ana"');
}, 120_000);

test('a rejected run ends as rejected, and what has ended cannot be cancelled', async () => {
  const id = await startWaiting();
  expect((await perennial('approve', id, 'release', '--reject')).code).toBe(0);
  for (;;) {
    const { result } = await perennial('show', id);
    const { status } = Shown.parse(result).run;
    if (status === 'rejected') break;
    expect(status).toBe('running');
  }
  expect(await perennial('approve', id, 'release')).toMatchObject({
    result: {
      error: { code: 'PER_KEEP_013', message: expect.stringContaining('was answered: rejected by ') as unknown },
    },
    code: 2,
  });
  expect(await perennial('cancel', id)).toMatchObject({ result: { error: { code: 'PER_KEEP_004' } }, code: 2 });
}, 120_000);

test('an unknown pipeline and a config that the contract refuses start nothing', async () => {
  expect(await perennial('run', 'no-such')).toMatchObject({ result: { error: { code: 'PER_RUN_012' } }, code: 2 });
  const refused = await perennial('run', 'late-airports', '--set', 'limit=high');
  expect(refused).toMatchObject({ result: { error: { code: 'PER_RUN_013' } }, code: 2 });
  const misspelt = await perennial('run', 'late-airports', '--set', 'limti=3');
  expect(misspelt).toMatchObject({ result: { error: { code: 'PER_RUN_013' } }, code: 2 });
  expect(JSON.stringify(misspelt.result)).toContain("did you mean 'limit'?");
}, 60_000);

test('a project that is edited after its workers have loaded it is run, and run again, with a warning, that of the workers without one', async () => {
  const edited = mkdtempSync(join(tmpdir(), 'perennial-edited-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(edited, 'node_modules'));
    const config = `import of from ${JSON.stringify(join(root, 'perennial.config'))}; export default { ...of };`;
    writeFileSync(join(edited, 'perennial.config.ts'), config);
    const env = { ...process.env, PERENNIAL_STATE: process.env['PERENNIAL_TEST_STATE'] };
    const command = join(root, 'dist/cli/main.js');
    const start = [command, 'run', 'late-airports', '--set', 'limit=1', '--wait', '--json', '--project'];
    const [own, other] = await Promise.all(
      [root, edited].map((from) => run(process.execPath, [...start, from], { env })),
    );
    expect(own?.stderr).not.toContain('warning');
    expect(JSON.parse(own?.stdout ?? '')).toMatchObject({ otherCode: null });
    expect(other?.stderr).toMatch(/^warning: .*`perennial down` and `perennial up`.*$/m);
    const workers = [{ pool: 'cpu', project: expect.any(String) as string, workers: 1 }];
    expect(JSON.parse(other?.stdout ?? '')).toMatchObject({ otherCode: { workers } });
    const { run: id } = Started.parse(JSON.parse(own?.stdout ?? ''));
    const again = await run(process.execPath, [command, 'rerun', id, '--json', '--project', edited], { env });
    expect(again.stderr).toMatch(/^warning: .*`perennial down` and `perennial up`.*$/m);
    expect(JSON.parse(again.stdout)).toMatchObject({ parent: id, otherCode: { workers } });
  } finally {
    rmSync(edited, { recursive: true, force: true });
  }
}, 120_000);
