// Danger: a faulty definition is shown without its line, or with the line of another file, where Node does not map frames
// itself. jest maps them, so the bundle is loaded by a process of its own.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProject } from '../../../workers/bundle-project';
import { thrownAt } from '../../../workers/code/thrown-at';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'perennial-thrown-')));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** The stack of what a project throws while Node loads its bundle. */
async function thrown(files: Record<string, string>, flags: readonly string[] = []): Promise<[Error, string]> {
  mkdirSync(join(root, 'node_modules', 'lib'), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
  const { path } = await bundleProject(root, join(root, 'perennial.config.ts'), join(root, 'state'));
  const program = `try { require(${JSON.stringify(path)}); } catch (error) { process.stdout.write(error.stack); }`;
  const error = new Error('as it was thrown');
  error.stack = execFileSync(process.execPath, [...flags, '-e', program], { encoding: 'utf8' });
  return [error, path];
}

const FILES = {
  'perennial.config.ts': `import { made } from './model';\nexport default made;`,
  'model.ts': `import { refuse } from 'lib';\n\ninterface Unseen {\n  readonly a: 1;\n}\nexport const made = refuse();`,
  'node_modules/lib/index.js': `exports.refuse = () => {\n  throw new Error('no\\n    at all (elsewhere.ts:9:9)');\n};`,
};

describe.each([
  ['as Node gives them', []],
  ['where Node has mapped them', ['--enable-source-maps']],
])('of frames %s', (_, flags) => {
  it('the innermost of the project counts, in the lines of its source', async () => {
    const [error, bundle] = await thrown(FILES, flags);
    expect(thrownAt(error, { root, bundle })).toMatch(/^model\.ts:6:\d+$/);
  });
});

it('a frame that is of no file of the project is not one', () => {
  const error = new Error('x');
  error.stack = `Error: x\n    at f (/elsewhere/a.ts:1:2)\n    at node:internal/main:3:4\n    at new Promise (<anonymous>)`;
  expect(thrownAt(error, { root, bundle: join(root, 'none.js') })).toBeNull();
  expect(thrownAt('x', { root, bundle: join(root, 'none.js') })).toBeNull();
});
