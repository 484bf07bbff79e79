import type { CollectedFile, CollectionLine } from '../../store/collections';
import { table } from '../frame';
import { bytesText } from './bytes';
import { shortDigest } from './short-digest';
import { cellsFor } from './narrow';

/** Files of a collection, and collections of a version, that are shown one by one. */
const SHOWN = 5;

/** Collections for people, one a line, or within the width of a terminal. */
export function collectionsText(rows: readonly CollectionLine[], width: number | null = null): string {
  if (rows.length === 0) return 'Nothing was collected.';
  const { moment } = cellsFor(width);
  const lines = rows.map((row) => [
    row.run,
    row.address,
    row.source,
    row.rows,
    `${moment(inMilliseconds(row.oldest))} to ${moment(inMilliseconds(row.newest))}`,
    shortDigest(row.dataset),
    moment(row.recordedAt),
  ]);
  return table(['run', 'node', 'source', 'rows', 'time range', 'version', 'recorded'], lines, width);
}

/** What `data show` tells of the collections that made a version: names and texts of its lines. */
export function collectionLines(rows: readonly CollectionLine[]): [string, string][] {
  const lines = rows.slice(0, SHOWN).flatMap((row): [string, string][] => {
    const { source, window, time, run, address, recordedAt, files } = row;
    return [
      ['collected', `from ${source}, [${window.from}, ${window.to}) by ${time}`],
      ['', `by ${run} ${address} at ${recordedAt}`],
      ...files.slice(0, SHOWN).map((file): [string, string] => ['', fileText(file)]),
      ...(files.length > SHOWN ? [['', `and ${files.length - SHOWN} files more`] satisfies [string, string]] : []),
      ['fresh', `the next collect of ${row.pipeline} with \`fresh\` takes what is after ${row.watermark}`],
    ];
  });
  return rows.length > SHOWN ? [...lines, ['', `and ${rows.length - SHOWN} collections more`]] : lines;
}

/** Of what was fetched, its digest, and its ETag: the next collect asks by it whether the file has changed. */
function fileText({ name, bytes, sha256, etag }: CollectedFile): string {
  const parts = [name, bytesText(bytes), ...(sha256 === null ? [] : [`sha256 ${shortDigest(sha256)}`])];
  return `file ${[...parts, ...(etag === null ? [] : [`ETag ${etag}`])].join(', ')}`;
}

/** Instants are kept to the microsecond; people read none that is zero. */
function inMilliseconds(instant: string): string {
  return instant.replace(/000Z$/, 'Z');
}
