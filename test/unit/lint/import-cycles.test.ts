// Danger: files that import each other, over however many others, load in an order that nobody chose: one of them finds
// what it imports undefined as soon as somebody imports the other one first. Types are gone by then and do not count.
import { build, stop } from 'esbuild';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const root = join(__dirname, '../../..');

afterAll(() => stop());

/** Which files every file of a folder imports, by their path from it. */
async function importsIn(folder: string, files: readonly string[]): Promise<Map<string, string[]>> {
  const { metafile } = await build({
    stdin: { contents: files.map((file) => `import ${JSON.stringify(`./${file}`)};`).join('\n'), resolveDir: folder },
    absWorkingDir: folder,
    bundle: true,
    metafile: true,
    write: false,
    treeShaking: false,
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
  });
  return new Map(
    Object.entries(metafile.inputs).map(([file, { imports }]) => [
      file,
      imports.filter(({ external }) => external !== true).map(({ path }) => path),
    ]),
  );
}

/** A file that imports itself over others, with them; null: there is none. */
function cycleIn(imports: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  function from(file: string, path: readonly string[]): string[] | null {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of imports.get(file) ?? []) {
      const cycle = from(next, [...path, file]);
      if (cycle !== null) return cycle;
    }
    done.add(file);
    return null;
  }
  for (const file of imports.keys()) {
    const cycle = from(file, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

/** The source files of all rooms. */
function sources(): string[] {
  const text = readFileSync(join(root, 'tsconfig.json'), 'utf8');
  const { include } = z.object({ include: z.array(z.string()) }).parse(JSON.parse(text));
  const rooms = include.filter((name) => !name.endsWith('.ts') && existsSync(join(root, name)));
  return rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('-d.ts'))
      .map((name) => `${room}/${name}`),
  );
}

test('no source file imports itself, over however many others', async () => {
  const files = sources();
  const imports = await importsIn(root, files);
  expect([...imports.keys()]).toEqual(expect.arrayContaining(files));
  expect(cycleIn(imports)).toBeNull();
});

test('a cycle is found, one of types alone is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-cycles-'));
  try {
    const importing = (what: string): string =>
      `import ${what}; export const a = 1; export const b = () => a; export type T = 1;`;
    writeFileSync(join(folder, 'one.ts'), importing("'./two'"));
    writeFileSync(join(folder, 'two.ts'), importing("'./three'"));
    writeFileSync(join(folder, 'three.ts'), importing("type { T as Other } from './one'"));
    expect(cycleIn(await importsIn(folder, ['one.ts']))).toBeNull();
    writeFileSync(join(folder, 'three.ts'), "export const late = () => import('./one');");
    expect(cycleIn(await importsIn(folder, ['one.ts']))).toEqual(['three.ts', 'one.ts', 'two.ts', 'three.ts']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
