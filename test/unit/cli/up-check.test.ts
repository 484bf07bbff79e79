/**
 * Danger: `perennial up` with a faulty project spends half a minute on servers, leaves a state folder, and says then what it
 * could have said at once; or a project that is in order is refused, or files of the check stay behind. The verb is the
 * real one, in this process; the stack itself is not started.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as checkProject from '../../../cli/check-project';
import { buildProgram } from '../../../cli/main';
import { packageRoot } from '../../../workers/package-root';

const startStack = jest.fn(() => Promise.reject(new Error('this test starts nothing')));
// What a verb loads when it runs is named as it is called once it is compiled.
jest.mock('../../../workers/embedded/stack.js', () => ({ startStack: () => startStack() }), { virtual: true });
jest.mock(
  '../../../cli/check-project.js',
  () => jest.requireActual<typeof checkProject>('../../../cli/check-project'),
  { virtual: true },
);

const CORE = JSON.stringify(join(packageRoot(), 'core'));
const HEAD = `
  import { defineConfig, implement, pipeline, step } from ${CORE};
  import { z } from 'zod';
  const hello = step('hello', { input: z.null(), output: z.null() });
  const greet = pipeline('greet', { config: z.object({}), graph: (g) => g.run(hello, null) });`;
const declared = (code: string): string =>
  `export default defineConfig({ pipelines: [greet], models: [], steps: { cpu: async () => ({ ${code} }) } });`;

const GOOD = `${HEAD} ${declared('all: implement({ hello }, { hello: () => null })')}`;
const FAULTY: [code: string, what: string, config: string | null][] = [
  ['PER_STACK_007', 'has no config', null],
  ['PER_STACK_102', 'does not compile', 'export default {'],
  ['PER_STACK_103', 'throws', "throw new Error('no such file');"],
  ['PER_DEF_014', 'lacks the code of a step', `${HEAD} ${declared('')}`],
];

let project: string;
let state: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'perennial-up-'));
  state = join(project, 'state');
  // zod is the engine's own, found as an installed package would be.
  mkdirSync(join(project, 'node_modules'));
  const zod = `module.exports = require(${JSON.stringify(require.resolve('zod'))});`;
  writeFileSync(join(project, 'node_modules', 'zod.js'), zod);
  // What the check itself writes goes here.
  mkdirSync(join(project, 'tmp'));
  jest.replaceProperty(process, 'env', { ...process.env, TMPDIR: join(project, 'tmp') });
  startStack.mockClear();
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(project, { recursive: true, force: true });
});

/** Runs `up`; gives what it said. */
async function up(...more: string[]): Promise<string> {
  const said: string[] = [];
  jest.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text));
  jest.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text));
  const code = process.exitCode;
  await buildProgram().parseAsync(['node', 'perennial', 'up', '--project', project, '--state', state, ...more]);
  process.exitCode = code ?? 0;
  return said.join('\n');
}

test.each(FAULTY)(
  '%s: a project that %s is refused before anything is started or made',
  async (code, _what, config) => {
    if (config !== null) writeFileSync(join(project, 'perennial.config.ts'), config);
    expect(await up()).toContain(code);
    expect(startStack).not.toHaveBeenCalled();
    expect(existsSync(state)).toBe(false);
    expect(readdirSync(join(project, 'tmp'))).toEqual([]);
  },
);

test('one that is in order is started, and nothing of the check stays', async () => {
  writeFileSync(join(project, 'perennial.config.ts'), GOOD);
  expect(await up()).toContain('this test starts nothing');
  expect(startStack).toHaveBeenCalledTimes(1);
  expect(readdirSync(join(project, 'tmp'))).toEqual([]);
});

test('without workers no project is needed', async () => {
  await up('--only', 'temporal,postgres');
  expect(startStack).toHaveBeenCalledTimes(1);
});
