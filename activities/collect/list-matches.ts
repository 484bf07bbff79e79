import { isAbsolute, relative, resolve } from 'node:path';
import { z } from 'zod';
import { withConnection } from '../data/open';

const Matched = z.array(z.object({ file: z.string() }));
const WILD = /[*?[]/;

/**
 * The files that a pattern matches (DuckDB's: `*`, `?`, `[ab]`, and `**` for any number of folders); empty without a match.
 *
 * @returns paths as the pattern was written: relative to the project, or absolute
 */
export async function listMatches(pattern: string, project: string): Promise<string[]> {
  const whole = resolve(project, pattern);
  const wild = whole.search(WILD);
  if (wild < 0) return [];
  const folder = whole.slice(0, whole.lastIndexOf('/', wild));
  return withConnection({ reads: [], lists: `${folder}/`, threads: 1 }, async (connection) => {
    const found = await connection.runAndReadAll('SELECT file FROM glob($whole)', { whole });
    const files = Matched.parse(found.getRowObjectsJS()).map(({ file }) => file);
    return isAbsolute(pattern) ? files : files.map((file) => relative(project, file));
  });
}
