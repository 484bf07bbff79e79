import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../workers/package-root';

export { packageRoot };

const Manifest = z.object({ version: z.string() });

/** The version in package.json. */
export function engineVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return Manifest.parse(manifest).version;
}
