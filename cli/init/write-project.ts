import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { perennialError } from '../../core/errors';
import { packageRoot } from '../../workers/package-root';
import { engineSpec } from './engine-spec';

/**
 * What has another name among the templates: npm would leave out or rename the first two in a package, and by the third, under its
 * own name, the linter would read the types of the templates from a build that may not be there.
 */
const RENAMED: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  npmrc: '.npmrc',
  'tsconfig.template.json': 'tsconfig.json',
};

const Manifest = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  allowScripts: z.record(z.string(), z.boolean()),
});

/** A project that was written. */
export interface WrittenProject {
  readonly folder: string;
  /** Paths from there, in order. */
  readonly files: readonly string[];
  /** What its package.json names the engine by. */
  readonly engine: string;
}

/**
 * Writes a new project from the templates of the package. All of it or nothing: what is there already is never written over.
 *
 * @param engine what package.json names perennial-ml by; default: what runs now
 * @throws PER_STACK_060 when a file is there already
 */
export function writeProject(target: string, engine?: string): WrittenProject {
  const folder = resolve(target);
  const spec = engine ?? engineSpec(packageRoot(), folder);
  const files = new Map([...templates(), ['package.json', Buffer.from(manifest(nameOf(folder), spec))] as const]);
  files.set('README.md', Buffer.from((files.get('README.md') ?? '').toString().replace('__NAME__', nameOf(folder))));
  const names = [...files.keys()].sort();
  const there = names.filter((name) => existsSync(join(folder, name)));
  if (there.length > 0) {
    throw perennialError('PER_STACK_060', `${folder} has ${there.join(', ')} already; nothing was written.`);
  }
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    // The flag: what has come between the look and now is not written over either.
    writeFileSync(join(folder, name), bytes, { flag: 'wx' });
  }
  return { folder, files: names, engine: spec };
}

function templates(): [string, Buffer][] {
  const root = join(packageRoot(), 'templates', 'project');
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = relative(root, path);
    return [RENAMED[name] ?? name, readFileSync(path)];
  });
}

/** A name that npm takes, from the folder's. */
function nameOf(folder: string): string {
  return (
    basename(folder)
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'perennial-project'
  );
}

/** With the releases that the engine was built with: the types of others may not fit. */
function manifest(name: string, engine: string): string {
  const own = Manifest.parse(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')));
  const { dependencies, devDependencies: dev } = own;
  return `${JSON.stringify(
    {
      name,
      version: '0.0.0',
      private: true,
      scripts: {
        check: 'tsc',
        test: 'esbuild "*.test.ts" --bundle --packages=external --platform=node --outdir=.perennial/test --log-level=warning && node --test .perennial/test/*.test.js',
      },
      dependencies: { 'perennial-ml': engine, zod: dependencies['zod'] },
      devDependencies: {
        '@types/node': dev['@types/node'],
        esbuild: dependencies['esbuild'],
        typescript: dev['typescript'],
      },
      // Which of the packages that it brings along may run a script while they are installed.
      allowScripts: own.allowScripts,
    },
    null,
    2,
  )}\n`;
}
