/**
 * Danger: a new project writes over files that somebody has, or half of it is written; or its package.json names an engine
 * that cannot be installed.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineSpec } from '../../../cli/init/engine-spec';
import { writeProject } from '../../../cli/init/write-project';
import { packageRoot } from '../../../workers/package-root';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perennial-init-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a new project', () => {
  test('has every file of the templates and a manifest with the releases that the engine was built with', () => {
    const { files } = writeProject(join(folder, 'My Churn'), '1.2.3');
    expect(files).toEqual(
      expect.arrayContaining([
        '.gitignore',
        '.npmrc',
        'data/customers.parquet',
        'package.json',
        'steps.gpu.ts',
        'tsconfig.json',
      ]),
    );
    const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
    const own = read(join(packageRoot(), 'package.json'));
    const made = read(join(folder, 'My Churn', 'package.json'));
    expect(made).toMatchObject({ name: 'my-churn', dependencies: { 'perennial-ml': '1.2.3' } });
    expect(own).toMatchObject({
      dependencies: { zod: expect.any(String) as unknown },
    });
    for (const name of ['zod', 'esbuild', 'typescript', '@types/node'])
      expect(releaseIn(made, name)).toBe(releaseIn(own, name));
  });

  test('writes nothing where one of its files is there already, and says which', () => {
    writeFileSync(join(folder, 'steps.cpu.ts'), 'mine');
    expect(() => writeProject(folder)).toThrow(/PER_STACK_060.*steps\.cpu\.ts already/);
    expect(readdirSync(folder)).toEqual(['steps.cpu.ts']);
    expect(readFileSync(join(folder, 'steps.cpu.ts'), 'utf8')).toBe('mine');
  });

  test('stands beside what has other names', () => {
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    writeProject(folder);
    expect(existsSync(join(folder, 'perennial.config.ts'))).toBe(true);
  });
});

function releaseIn(manifest: unknown, name: string): unknown {
  if (typeof manifest !== 'object' || manifest === null) return undefined;
  const parts = Object.entries(manifest).flatMap(([key, part]: [string, unknown]) =>
    key.toLowerCase().endsWith('dependencies') && typeof part === 'object' && part !== null ? Object.entries(part) : [],
  );
  return parts.find(([key]) => key === name)?.[1];
}

describe('the engine that its package.json names', () => {
  const installed = (resolved: string | null): string => {
    const engine = join(folder, 'host', 'node_modules', 'perennial-ml');
    mkdirSync(engine, { recursive: true });
    writeFileSync(join(engine, 'package.json'), JSON.stringify({ name: 'perennial-ml', version: '7.8.9' }));
    const packages = { 'node_modules/perennial-ml': { resolved } };
    if (resolved !== null) writeFileSync(join(engine, '../.package-lock.json'), JSON.stringify({ packages }));
    return engine;
  };
  const project = (): string => join(folder, 'mine');

  test.each([
    [
      'its packed file, when it was installed from one',
      'file:../perennial-ml-7.8.9.tgz',
      'file:../perennial-ml-7.8.9.tgz',
    ],
    ['its version, when it came from a registry', 'https://registry.example/perennial-ml-7.8.9.tgz', '7.8.9'],
    ['its version, when nobody says where it is from', null, '7.8.9'],
  ])('%s', (_what, resolved, spec) => {
    expect(engineSpec(installed(resolved), project())).toBe(spec);
  });

  test('its folder, when it is a checkout', () => {
    const engine = join(folder, 'checkout');
    mkdirSync(engine);
    writeFileSync(join(engine, 'package.json'), JSON.stringify({ name: 'perennial-ml', version: '7.8.9' }));
    expect(engineSpec(engine, project())).toBe('file:../checkout');
  });
});
