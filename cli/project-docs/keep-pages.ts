import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { perennialError } from '../../core/errors';
import { MARK } from './pages';

/** How a folder differs from the pages that it is to hold; file names, in order. */
export interface Staleness {
  readonly missing: readonly string[];
  readonly changed: readonly string[];
  /** Pages of pipelines that are gone. */
  readonly surplus: readonly string[];
}

/** Compares a folder with the pages that it is to hold. Files without the mark are nobody's business but their owner's. */
export function compareFolder(folder: string, pages: ReadonlyMap<string, string>): Staleness {
  const there = new Map(filesIn(folder).map((name) => [name, readText(join(folder, name))]));
  const names = [...pages.keys()].sort();
  return {
    missing: names.filter((name) => !there.has(name)),
    changed: names.filter((name) => there.has(name) && there.get(name) !== pages.get(name)),
    surplus: [...there].flatMap(([name, text]) => (!pages.has(name) && isOurs(text) ? [name] : [])).sort(),
  };
}

/**
 * Brings a folder up to date: writes what is missing or changed, removes pages of pipelines that are gone.
 *
 * @returns what it did
 * @throws PER_STACK_061 when a page has the name of a file that was not made by this; nothing is written then
 */
export function bringUpToDate(folder: string, pages: ReadonlyMap<string, string>): Staleness {
  const found = compareFolder(folder, pages);
  const foreign = found.changed.filter((name) => !isOurs(readText(join(folder, name))));
  if (foreign.length > 0) {
    throw perennialError(
      'PER_STACK_061',
      `${foreign.map((name) => join(folder, name)).join(', ')} was not made by it.`,
    );
  }
  mkdirSync(folder, { recursive: true });
  for (const name of [...found.missing, ...found.changed]) writeFileSync(join(folder, name), pages.get(name) ?? '');
  for (const name of found.surplus) rmSync(join(folder, name));
  return found;
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ name }) => name).filter((name) => name.endsWith('.md'));
}

function isOurs(text: string): boolean {
  return text.startsWith(MARK);
}

/** As it was written, whatever line ends a checkout has given it. */
function readText(path: string): string {
  return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
}
