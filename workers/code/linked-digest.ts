import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CODE = /\.([cm]?[jt]sx?|json|node|wasm)$/;

/**
 * SHA-256 in hex of the code in a folder, in hex: of a package that is a link to it, whose version does not change with
 * its files. What is installed or hidden there is left out, and so are links.
 */
export function linkedDigest(folder: string): string {
  const hash = createHash('sha256');
  for (const path of codeIn(folder, '')) {
    hash.update(`${path}\0`).update(
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest(),
    );
  }
  return hash.digest('hex');
}

function codeIn(folder: string, below: string): string[] {
  const entries = readdirSync(join(folder, below), { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(below, entry.name);
      if (entry.isDirectory())
        return entry.name === 'node_modules' || entry.name.startsWith('.') ? [] : codeIn(folder, path);
      return entry.isFile() && CODE.test(entry.name) ? [path] : [];
    });
}
