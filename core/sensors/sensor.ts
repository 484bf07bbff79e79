import { sha256 } from '../plan/sha256';

/** Under which name the reference to what a sensor has seen stands in the expressions of its config. */
export const SEEN = 'seen';

/** What a sensor of files hands on: one file, as it was when it was seen. */
export type SeenFile = {
  /** Absolute; of a link that stays in the folder, the link's own. */
  readonly path: string;
  /** Without the folder. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** When its content was last changed, ISO 8601. */
  readonly modified: string;
  /** SHA-256 of its bytes, in hex. */
  readonly digest: string;
};

/** What a sensor of rows hands on: rows of a query that are new, at most as many as it takes in one. */
export type SeenRows = {
  /** The watermark up to which all had been seen before, as Postgres writes it; null: nothing had. */
  readonly from: string | null;
  /** That of the newest of these rows. Others may share it that are handed on before or after. */
  readonly to: string;
  /** How many. */
  readonly count: number;
  /** Exactly which, as text, in the order of their watermarks. */
  readonly ids: string[];
};

/**
 * The id of the run that an event starts: told twice it is one run.
 *
 * @example
 * sensedRunId('load', 'arrivals', 'a.csv:3:1') // 'load:arrivals-' and 16 hexadecimal digits
 */
export function sensedRunId(pipeline: string, sensor: string, event: string): string {
  return `${pipeline}:${sensor}-${sha256(event).slice(0, 16)}`;
}

/** Of a sensor, what names it for people: `arrivals of load`. */
export function sensorText({ pipeline, sensor }: { readonly pipeline: string; readonly sensor: string }): string {
  return `${sensor} of ${pipeline}`;
}

/** Whether a file's name fits a pattern with `*` (any characters) and `?` (one). */
export function nameFits(match: string, name: string): boolean {
  const parts = match.split(/([*?])/).map((part) => {
    if (part === '*') return '.*';
    return part === '?' ? '.' : part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 's').test(name);
}

/** Ends of names under which programs write what is not whole yet. */
const UNFINISHED = [
  '~',
  '.tmp',
  '.temp',
  '.part',
  '.partial',
  '.filepart',
  '.crdownload',
  '.download',
  '.swp',
  '.lock',
];

/** Whether a name is that of a hidden or unfinished file, which no sensor counts. */
export function isPassing(name: string): boolean {
  const plain = name.toLowerCase();
  return plain.startsWith('.') || plain.startsWith('~') || UNFINISHED.some((end) => plain.endsWith(end));
}
