// Danger: an edit of what a step runs leaves its cache key as it was, and an old output is handed out for new code; or an
// edit of something else changes it, and everything is computed again.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { StepCode } from '../../../activities/run-step';
import { loadProject } from '../../../workers/load-project';
import { packageRoot } from '../../../workers/package-root';

const CORE = JSON.stringify(join(packageRoot(), 'core'));

const steps = (name: string, more = '') => `
  import { implement } from ${CORE};
  import { ${name} } from '../contracts';
  ${more}
  export const ${name}Steps = implement({ ${name} }, { ${name}: () => 1 });`;
const FILES: Record<string, string> = {
  'contracts.ts': `
    import { z } from 'zod';
    import { step } from ${CORE};
    export const [a, b, c] = ['a', 'b', 'c'].map((name) => step(name, { input: z.json(), output: z.json() }));`,
  'a/index.ts': steps('a', "import { help } from './help'; import 'left-pad'; help();"),
  'a/help.ts': `import { deep } from './deep'; export const help = () => deep;`,
  'a/deep.ts': `export const deep = 1;`,
  'b/index.ts': steps('b', "import 'shared-things';"),
  'c/index.ts': steps('c'),
  'all.ts': `export * from './a'; export * from './b';`,
  'node_modules/zod/package.json': JSON.stringify({ version: '4.0.0' }),
  'node_modules/zod/index.js': `module.exports = require(${JSON.stringify(require.resolve('zod'))});`,
  'unused.ts': `export const nobody = 1;`,
  'perennial.config.ts': `
    import { defineConfig } from ${CORE};
    import * as c from './c';
    export default defineConfig({ pipelines: [], models: [], steps: { cpu: () => import('./all'), c: async () => c } });`,
  'node_modules/left-pad/package.json': JSON.stringify({
    version: '1.0.0',
    dependencies: { inner: '*', 'not-here': '*' },
  }),
  'node_modules/left-pad/index.js': '',
  'node_modules/inner/package.json': JSON.stringify({ version: '2.0.0', dependencies: { 'left-pad': '*' } }),
  'node_modules/shared-things/package.json': JSON.stringify({ version: '3.0.0' }),
  'node_modules/shared-things/index.js': '',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perennial-code-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The code of each step of a project: that above with some files changed, or left out (null). */
async function codesOf(changed: Record<string, string | null> = {}, pool = 'cpu'): Promise<Record<string, StepCode>> {
  rmSync(join(folder, 'project'), { recursive: true, force: true });
  for (const [file, text] of Object.entries({ ...FILES, ...changed })) {
    const path = join(folder, 'project', file);
    mkdirSync(dirname(path), { recursive: true });
    if (text !== null) writeFileSync(path, text);
  }
  return load(pool);
}

async function load(pool = 'cpu'): Promise<Record<string, StepCode>> {
  const project = await loadProject(join(folder, 'project'), join(folder, 'state'));
  const found = await project.steps(pool);
  return Object.fromEntries(
    found.flatMap((one) => Object.keys(one.contracts).map((name) => [name, project.codeOf(one)])),
  );
}

let unchanged: Promise<Record<string, StepCode>> | undefined;

/** Which steps' digests an edit changes. They do not hang on the folder: so what there was before is loaded once. */
async function changedBy(changed: Record<string, string | null>): Promise<string[]> {
  const before = await (unchanged ??= codesOf());
  const after = await codesOf(changed);
  return Object.keys(before).filter((name) => before[name]?.digest !== after[name]?.digest);
}

test('a step goes by the files that its own file reaches and the packages that these need, and by no others', async () => {
  const { a, b } = await codesOf();
  expect(Object.keys(a?.detail.files ?? {}).filter((path) => !path.startsWith('perennial-ml/'))).toEqual([
    'a/deep.ts',
    'a/help.ts',
    'a/index.ts',
    'contracts.ts',
  ]);
  expect(a?.detail).toMatchObject({ packages: { 'left-pad': '1.0.0', inner: '2.0.0' }, whole: null });
  expect(b?.detail.packages).not.toHaveProperty('left-pad');
  expect(b?.detail.packages).toHaveProperty('shared-things', '3.0.0');
});

test.each<[string, Record<string, string | null>, string[]]>([
  ['a helper that one step imports', { 'a/deep.ts': 'export const deep = 2;' }, ['a']],
  ["another step's file", { 'b/index.ts': `${FILES['b/index.ts'] ?? ''} // edited` }, ['b']],
  ['what both import', { 'contracts.ts': `${FILES['contracts.ts'] ?? ''} // edited` }, ['a', 'b']],
  ['a file that nobody imports', { 'unused.ts': 'export const nobody = 2;' }, []],
  ['the file that only passes them on', { 'all.ts': `${FILES['all.ts'] ?? ''} // edited` }, []],
  ['a package', { 'node_modules/left-pad/package.json': JSON.stringify({ version: '1.0.1' }) }, ['a']],
  [
    'a package of a package',
    { 'node_modules/inner/package.json': JSON.stringify({ version: '2.0.1', dependencies: { 'left-pad': '*' } }) },
    ['a'],
  ],
  [
    'the bytes of a package under the same version',
    { 'package-lock.json': JSON.stringify({ packages: { 'node_modules/inner': { integrity: 'sha512-other' } } }) },
    ['a'],
  ],
])(
  'an edit of %s changes what it should',
  async (_, changed, names) => {
    expect(await changedBy(changed)).toEqual(names);
  },
  30_000,
);

test.each([
  ['import(name)', 'const name = process.argv[9] ?? ""; export const later = () => import(name);'],
  ['a require that nobody sees', 'const load = require; export const later = (name) => load(name);'],
  ['createRequire', "import { createRequire } from 'node:module'; export const later = createRequire(process.cwd());"],
])(
  'a step whose files load what only the run knows goes by the whole project: %s',
  async (_, line) => {
    const opaque = { 'a/deep.ts': `${line} export const deep = 1;`, 'yarn.lock': 'a@1' };
    const { a, b } = await codesOf(opaque);
    expect(a?.detail).toMatchObject({ whole: expect.stringContaining('a/deep.ts') as string });
    expect(Object.keys(a?.detail.files ?? {})).toEqual(
      expect.arrayContaining(['b/index.ts', 'c/index.ts', 'yarn.lock']),
    );
    expect(b?.detail.whole).toBeNull();
  },
  30_000,
);

test('a step that is not loaded with import() goes by the whole project', async () => {
  const { c } = await codesOf({}, 'c');
  expect(c?.detail.whole).toContain('import()');
  expect(Object.keys(c?.detail.files ?? {})).toEqual(expect.arrayContaining(['a/deep.ts', 'perennial.config.ts']));
});

test('a package that is not installed as one goes by the lockfile, one that is a link by the files behind it', async () => {
  const { a } = await codesOf({ 'node_modules/left-pad/package.json': null, 'yarn.lock': 'left-pad@1' });
  expect(a?.detail).toMatchObject({ packages: {}, whole: null, files: { 'yarn.lock': expect.any(String) as string } });

  await codesOf({ 'node_modules/shared-things/package.json': null });
  const linked = join(folder, 'linked');
  mkdirSync(linked);
  writeFileSync(join(linked, 'package.json'), JSON.stringify({ version: '0.0.0' }));
  writeFileSync(join(linked, 'index.js'), 'exports.x = 1;');
  rmSync(join(folder, 'project/node_modules/shared-things'), { recursive: true });
  symlinkSync(linked, join(folder, 'project/node_modules/shared-things'));
  const before = (await load())['b'];
  writeFileSync(join(linked, 'index.js'), 'exports.x = 2;');
  expect((await load())['b']?.digest).not.toBe(before?.digest);
});
