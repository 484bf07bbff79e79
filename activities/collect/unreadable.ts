import { z } from 'zod';
import { isPerennialError, perennialError } from '../../core/errors';
import type { FoundFile } from './find-source';

const Caused = z.object({ code: z.literal('PER_DATA_011'), cause: z.object({ message: z.string() }) });

/**
 * Reads from a file, and says in the words of data what is wrong with it when DuckDB cannot.
 *
 * @param again reads the same and writes nothing: it tells a damaged file from a full disk
 * @throws PER_DATA_002 (Parquet), PER_DATA_021, PER_DATA_024, PER_DATA_025, PER_DATA_028
 */
export async function readable<T>(
  file: FoundFile,
  format: 'parquet' | 'csv' | 'json',
  read: () => Promise<T>,
  again?: () => Promise<unknown>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const caused = Caused.safeParse(error);
    if (!caused.success) throw error;
    if (again !== undefined) {
      try {
        await again();
      } catch (second) {
        throw inWords(file, format, second);
      }
      throw error;
    }
    throw inWords(file, format, error);
  }
}

function inWords({ name, path }: FoundFile, format: 'parquet' | 'csv' | 'json', error: unknown): unknown {
  const caused = Caused.safeParse(error);
  if (!caused.success || !isPerennialError(error)) return error;
  const { message } = caused.data.cause;
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1] ?? / in line (\d+)/.exec(message)?.[1];
  const place = line === undefined ? name : `Line ${line} of ${name}`;
  const from = { cause: error };
  if (format === 'parquet') return perennialError('PER_DATA_002', `${name} (${path}) cannot be read.`, from);
  if (/Invalid unicode|not utf-?\d+ encoded|invalid UTF|byte sequence/i.test(message)) {
    return perennialError('PER_DATA_021', `${place} is not in the encoding that it was read with.`, from);
  }
  if (/Maximum line size|maximum_object_size\W* of \d+ bytes exceeded/i.test(message))
    return perennialError('PER_DATA_024', `${place} is too long.`, from);
  if (/Malformed JSON|JSON array|Expected .* JSON/i.test(message)) {
    const where = /at byte \d+ in ((?:line|record\/value) \d+): ([^.]*)/.exec(message);
    const said = where === null ? '' : ` at ${String(where[1])}: ${String(where[2]).trim()}`;
    return perennialError('PER_DATA_025', `${name} is no JSON as declared${said}.`, from);
  }
  return perennialError('PER_DATA_028', `${place} (${path}) cannot be read as ${format.toUpperCase()}.`, from);
}
