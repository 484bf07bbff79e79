import type { Compared, DataDifferences, Figure, Moved } from '../data-differences';
import { table } from '../frame';
import { cell } from './cut';
import { numberText } from './data-view';

const SAME = {
  bytes: 'The same bytes.',
  rows: 'The same rows, in another order or another form of the file.',
  none: null,
};

/** How two data set versions differ, for people. */
export function dataDiffText(
  found: DataDifferences,
  { a, b }: { readonly a: Named; readonly b: Named },
  width: number | null = null,
): string {
  const head = [`- ${a.digest}, ${a.rows} rows`, `+ ${b.digest}, ${b.rows} rows`];
  const same = SAME[found.same];
  const lines = [
    ...(same === null ? [] : [same]),
    ...found.gone.map(({ name, type }) => `- column ${name}: ${type}`),
    ...found.added.map(({ name, type }) => `+ column ${name}: ${type}`),
    ...found.changed.map(({ name, a: from, b: to }) => `~ column ${name}: ${from} -> ${to}`),
    ...line('rows', found.rows),
    ...line('time column', found.time),
    ...line('time from', found.timeFrom),
    ...line('time to', found.timeTo),
  ];
  if (lines.length === 0 && found.columns.length === 0)
    lines.push('Other rows, of which the recorded figures are the same.');
  const rows = found.columns.flatMap(({ name, figures, top }) => [
    ...figures.map(({ figure, ...values }) => [name, figure, ...cells(values)]),
    ...top.map(({ value, ...values }) => [name, `'${cell(value)}'`, ...counts(values)]),
  ]);
  const figures = rows.length === 0 ? [] : ['', table(['column', 'figure', 'before', 'after', 'change'], rows, width)];
  return [...head, ...lines, ...figures].join('\n');
}

type Named = Pick<Compared, 'digest' | 'rows'>;

function line(name: string, values: Moved<Figure> | null): string[] {
  if (values === null) return [];
  const change = changeText(values);
  return [`~ ${name}: ${figureText(values.a)} -> ${figureText(values.b)}${change === '' ? '' : ` (${change})`}`];
}

function cells(values: Moved<Figure>): string[] {
  return [figureText(values.a), figureText(values.b), changeText(values)];
}

/** A value that is not among the most frequent has fewer rows than those, or none. */
function counts({ a, b }: Moved<number | null>): string[] {
  const text = (rows: number | null): string => (rows === null ? 'not frequent' : String(rows));
  return [text(a), text(b), changeText({ a, b })];
}

export function figureText(value: Figure): string {
  if (value === null) return 'none';
  if (typeof value === 'number') return numberText(value);
  return typeof value === 'string' ? cell(value) : value.map(numberText).join(' ');
}

export function changeText({ a, b }: Moved<Figure>): string {
  if (typeof a !== 'number' || typeof b !== 'number') return '';
  const difference = b - a;
  const sign = difference > 0 ? '+' : '';
  const share = a === 0 ? '' : `, ${sign}${Number(((100 * difference) / Math.abs(a)).toPrecision(3))} %`;
  return `${sign}${numberText(difference)}${share}`;
}
