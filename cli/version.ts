import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Manifest = z.object({ version: z.string() });

/** The root of the installed package: the folder of package.json, from the sources and from dist alike. */
export function packageRoot(): string {
  const here = join(__dirname, '..');
  return here.endsWith('dist') ? join(here, '..') : here;
}

/** The version in package.json. */
export function engineVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return Manifest.parse(manifest).version;
}
