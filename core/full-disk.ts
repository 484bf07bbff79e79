import { type PerennialError, perennialError } from './errors';

/** What the system calls a disk that takes no more: full, a quota that is used up, a file larger than may be. */
const CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const NAMES = 'No space left on device|Disk quota exceeded|File too large';
/**
 * DuckDB's errors have no code: it ends its line with the system's words, or says that its own limit for temporary files is
 * reached. What quotes these words, such as a value that cannot be read, begins otherwise.
 */
const SYSTEM = new RegExp(`^IO Error: [^"]+ (?:file|directory) ".*"[^":]*: (${NAMES})$`);
const TEMPORARY = /^Out of Memory Error: failed to offload data block of size /i;

/**
 * The error of a disk that takes no more, where that is what something failed with; else null. The system's own words say
 * neither which file it was nor that another worker may well have room.
 *
 * @example
 * throw fullDisk(error, 'the download of rows.csv') ?? error;
 */
export function fullDisk(error: unknown, what: string): PerennialError | null {
  if (typeof error !== 'object' || error === null) return null;
  const code: unknown = 'code' in error ? error.code : undefined;
  const message = 'message' in error ? String(error.message) : '';
  const words = wordsOf(message.split('\n')[0] ?? '');
  if (!CODES.includes(code) && words === undefined) return null;
  return perennialError('PER_DATA_100', `The disk takes no more of ${what}: ${words ?? String(code)}.`, {
    cause: error,
  });
}

function wordsOf(line: string): string | undefined {
  return TEMPORARY.test(line) ? 'max_temp_directory_size' : SYSTEM.exec(line)?.[1];
}
