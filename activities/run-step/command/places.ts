import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../../core';
import { temporaryIn } from '../execution-folder';

/** Where the files of one execution of a program are: in its folder, which nobody else may enter. */
export interface Places {
  readonly input: string;
  readonly output: string;
  readonly files: string;
  readonly temporary: string;
}

/** Lays out an execution's folder and writes the program's input. */
export async function layOut(folder: string, input: Json): Promise<Places> {
  const places: Places = {
    input: join(folder, 'input.json'),
    output: join(folder, 'output.json'),
    files: join(folder, 'files'),
    temporary: temporaryIn(folder),
  };
  await mkdir(places.files, { mode: 0o700 });
  await writeFile(places.input, JSON.stringify(input), { mode: 0o600, flag: 'wx' });
  return places;
}
