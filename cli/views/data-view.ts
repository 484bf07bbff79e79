import type { CollectionLine } from '../../store/collections';
import type { DatasetLine, DatasetRow, Marks } from '../../store/datasets';
import type { Removal } from '../../store/gc/find-removal';
import type { Edge, TrainedOn } from '../../store/lineage';
import type { RecordedUse } from '../../store/suites';
import { table } from '../frame';
import { collectionLines } from './collections-text';
import { cell } from './cut';
import type { ColumnFigures, Described } from './data-described';
import { cellsFor } from './narrow';
import { shortDigest } from './short-digest';

/** Data set versions for people, one a line, or within the width of a terminal. */
export function datasetsText(rows: readonly DatasetLine[], width: number | null = null): string {
  if (rows.length === 0) return 'No data set versions.';
  const cells = cellsFor(width);
  const lines = rows.map((row) => [
    shortDigest(row.digest),
    row.rows,
    rangeText(row, cells),
    cells.moment(row.recordedAt),
    madeBy(row),
    [...(row.removedAt === null ? [] : ['removed']), ...(row.pinned ? ['pinned'] : []), ...row.tags].join(', '),
  ]);
  return table(['version', 'rows', 'time range', 'recorded', 'made by', 'marks'], lines, width);
}

/** What `perennial data show` tells of one version. */
export interface DatasetView extends Omit<DatasetRow, 'schema' | 'profile'>, Described, Marks {
  /** What it was made from, and what was made from it directly; 100 at most. */
  readonly from: readonly Edge[];
  readonly into: readonly Edge[];
  /** Model versions that stand on it, over however many steps. */
  readonly models: readonly TrainedOn[];
  /** The collections that made it, the newest first; 100 at most. */
  readonly collections: readonly CollectionLine[];
  /** When its file was removed, by which `perennial data gc`; null: it was not. */
  readonly removed: Removal | null;
  /** The suites that have judged it and the rule sets that have made it, the newest use of each version; 100 at most. */
  readonly suites: readonly RecordedUse[];
}

/** One data set version for people. */
export function datasetText(view: DatasetView, width: number | null = null): string {
  const { pin, tags, models } = view;
  const lines: (readonly [string, string])[] = [
    ['version', view.digest],
    ['rows digest', view.rowsDigest],
    ['rows', String(view.rows)],
    ['time range', `${rangeText(view) ?? 'none'}${view.time === null ? '' : `, by ${view.time}`}`],
    ['recorded', view.recordedAt],
    ['made by', madeBy(view) ?? 'not recorded'],
    ...removedLine(view.removed),
    ['pinned', pin === null ? 'no' : `by ${pin.by} at ${pin.at}${pin.reason === null ? '' : `: ${pin.reason}`}`],
    ['tags', tags.length === 0 ? 'none' : tags.map(({ tag, by, at }) => `${tag} (${by}, ${at})`).join(', ')],
    ...listed('made from', unique(view.from.map(({ parent, relation }) => `${shortDigest(parent)} (${relation})`))),
    ...listed('made into', unique(view.into.map(({ child, relation }) => `${shortDigest(child)} (${relation})`))),
    ...listed(
      'models',
      models.map(({ model, version }) => `${model} v${version}`),
    ),
    ...listed('suites', view.suites.map(useText)),
  ];
  const head = [...lines, ...collectionLines(view.collections)]
    .map(([name, text]) => `${name.padEnd(12)}${text}`)
    .join('\n');
  return `${head}\n\n${columnsText(view, width)}`;
}

/** What a suite or a rule set was to a data set version. */
function useText({ name, digest, kind, members, broken, run, address, at }: RecordedUse): string {
  const held = broken === null ? `${members} rules` : `${members - broken} of ${members} held`;
  return `${name} (${kind} ${shortDigest(digest)}): ${held}; ${run} ${address}, ${at}`;
}

function removedLine(removed: Removal | null): [string, string][] {
  if (removed === null) return [];
  const { at, gc, by, reason } = removed;
  const who = gc === null ? '' : `, by gc ${gc}${by === null ? '' : ` of ${by}`}`;
  return [['removed', `at ${at}${who}${reason === null ? '' : `: ${reason}`}; its record is kept, its file is gone`]];
}

function columnsText({ columns }: Described, width: number | null): string {
  if (columns.length === 0) return 'The records say nothing of its columns.';
  const rows = columns.map(({ name, type, sql, figures }) => [
    name,
    sql === '' ? type : `${type} (${sql})`,
    ...(figures === null ? ['', '', '', '', '', ''] : figureCells(figures)),
  ]);
  return table(['column', 'type', 'nulls', 'distinct', 'least', 'most', 'mean', 'values'], rows, width);
}

function figureCells({ nulls, distinct, min, max, mean, deciles, top }: ColumnFigures): string[] {
  const most = top?.slice(0, 3).map(({ value, rows }) => `${cell(value)} x${rows}`);
  const tenths = deciles === null ? '' : `deciles ${deciles.map(numberText).join(' ')}`;
  return [String(nulls), String(distinct), valueText(min), valueText(max), valueText(mean), most?.join(', ') ?? tenths];
}

function valueText(value: number | string | null): string {
  if (value === null) return '';
  return typeof value === 'number' ? numberText(value) : cell(value);
}

/** A number with six significant digits at most. */
export function numberText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Oldest and newest instant; null: there is none. */
export function rangeText(
  { timeFrom, timeTo }: Pick<DatasetRow, 'timeFrom' | 'timeTo'>,
  { moment } = cellsFor(null),
): string | null {
  return timeFrom === null || timeTo === null ? null : `${moment(timeFrom)} to ${moment(timeTo)}`;
}

function madeBy({ run, address }: Pick<DatasetRow, 'run' | 'address'>): string | null {
  return run === null ? null : `${run} ${address ?? ''}`.trim();
}

function listed(name: string, texts: readonly string[]): [string, string][] {
  if (texts.length === 0) return [[name, 'none']];
  return texts.map((text, at) => [at === 0 ? name : '', text]);
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
