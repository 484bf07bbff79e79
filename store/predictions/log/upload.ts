import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ArtifactStore } from '../../../core/define/context';
import type { Db } from '../../db';
import { appendSegment } from '../append-segment';
import { PredictionLine } from '../prediction-line';
import { isLeftBehind } from './owner';
import { CLOSED_ENDING, OPEN_ENDING } from './segment';

/** Where segments go. */
export interface UploadTo {
  readonly db: Db;
  readonly artifacts: ArtifactStore;
}

/** The complete lines of a segment, and what its record says of them. */
export interface SegmentContent {
  readonly model: string;
  readonly lines: readonly string[];
  readonly from: string;
  readonly to: string;
}

/**
 * Reads a segment's text. A line that is torn (its writer was killed or its disk was full) is left out: its prediction
 * was never answered as logged. null when no line is left.
 */
export function readSegment(id: string, text: string): SegmentContent | null {
  const complete = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  const lines: string[] = [];
  const events: string[] = [];
  let model = '';
  for (const line of complete) {
    const parsed = parseLine(line);
    if (!parsed?.id.startsWith(`${id}.`)) continue;
    lines.push(line);
    events.push(parsed.event);
    model = parsed.model;
  }
  if (lines.length === 0) return null;
  events.sort();
  return { model, lines, from: events[0] ?? '', to: events.at(-1) ?? '' };
}

function parseLine(line: string): PredictionLine | undefined {
  try {
    return PredictionLine.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/**
 * Brings one segment's file into the artifact store, records it and removes the file. A kill in between repeats it,
 * which changes nothing.
 *
 * @returns rows uploaded by this call
 */
export async function uploadSegment(to: UploadTo, path: string): Promise<number> {
  const id = idOf(path);
  const content = id === null ? null : readSegment(id, await readFile(path, 'utf8'));
  if (id === null || content === null) {
    await rm(path, { force: true });
    return 0;
  }
  const bytes = Buffer.from(`${content.lines.join('\n')}\n`);
  const artifact = await to.artifacts.putBytes(bytes, 'predictions');
  const rows = content.lines.length;
  const segment = { id, model: content.model, artifact, rows, event_from: content.from, event_to: content.to };
  const isNew = await appendSegment(to.db, segment);
  await rm(path, { force: true });
  return isNew ? rows : 0;
}

function idOf(path: string): string | null {
  const name = basename(path);
  const ending = [CLOSED_ENDING, OPEN_ENDING].find((e) => name.endsWith(e));
  return ending === undefined ? null : name.slice(0, -ending.length);
}

/** Uploads the closed segments of a folder. */
export async function uploadClosed(to: UploadTo, folder: string): Promise<number> {
  return uploadAll(to, folder, (name) => name.endsWith(CLOSED_ENDING));
}

/** Uploads every segment of a folder whose process is gone, closed or not, and removes the folder. */
export async function adoptFolder(to: UploadTo, folder: string): Promise<number> {
  const rows = await uploadAll(to, folder, (name) => name.endsWith(CLOSED_ENDING) || name.endsWith(OPEN_ENDING));
  await rm(folder, { recursive: true, force: true });
  return rows;
}

/** Adopts the folders under the log's root whose processes are gone. */
export async function adoptLeftBehind(to: UploadTo, root: string): Promise<number> {
  let rows = 0;
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const folder = join(root, entry.name);
    if (entry.isDirectory() && (await isLeftBehind(folder))) rows += await adoptFolder(to, folder);
  }
  return rows;
}

async function uploadAll(to: UploadTo, folder: string, isWanted: (name: string) => boolean): Promise<number> {
  let rows = 0;
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter(isWanted).sort()) rows += await uploadSegment(to, join(folder, name));
  return rows;
}
