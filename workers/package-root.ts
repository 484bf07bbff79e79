import { join } from 'node:path';

/** The root of the installed package, the folder of its package.json: from the sources and from dist alike. */
export function packageRoot(): string {
  const above = join(__dirname, '..');
  return above.endsWith('dist') ? join(above, '..') : above;
}

/** A compiled program of the package: `dist/workers/main.js`. The engine's processes always run what was built. */
export function builtFile(path: string): string {
  return join(packageRoot(), 'dist', path);
}
