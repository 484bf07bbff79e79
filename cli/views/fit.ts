import stringWidth from 'string-width';

/** A table's cells as text. */
export type Cells = readonly string[];

/** A table as it is to be written: its cells broken into lines, each column's width, and whether the first stands above its row. */
export interface Fitted {
  readonly head: Cells;
  readonly rows: readonly Cells[];
  /** True: the first cell of each row has a line of its own, above the others. */
  readonly stacked: boolean;
  /** True: there is no room around its cells. */
  readonly compact: boolean;
}

/** Columns between two cells; around each cell where there is room. */
const GAP = 2;
const PADDING = 2;

/** Longer words are broken without need: paths and URLs. */
const LONGEST_WORD = 40;

/** No column is made narrower to keep within a terminal. */
const NARROWEST = 8;

/** What a reader takes for one character may be several of a string. */
const CHARACTERS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Breaks cells into lines so that a table keeps within a terminal: empty columns go, and cells are broken between words; then the
 * first cell of each row, where it is an id, gets a line of its own, whole; words are broken last.
 *
 * @param width columns of the terminal
 */
export function fit(head: Cells, rows: readonly Cells[], width: number): Fitted {
  const natural = naturalWidths([head, ...rows]);
  if (totalOf(natural) + PADDING * natural.length <= width) return { head, rows, stacked: false, compact: false };
  const [own = [], ...others] = withoutEmpty([head, ...rows]);
  const all = [own, ...others];
  const flat = wrapped(all, width, wordWidths) ?? (isProse(others) ? wrapped(all, width, pieceWidths) : null);
  if (flat !== null) return { ...asTable(flat), stacked: false, compact: true };
  const rest = all.map((cells) => cells.slice(1));
  const broken = wrapped(rest, width, wordWidths) ?? wrapped(rest, width, pieceWidths) ?? rest;
  const stacked = all.map(([first = ''], i) => [first, ...(broken[i] ?? [])]);
  return { ...asTable(stacked), stacked: true, compact: true };
}

/** Whether the first cells are words of a language: an id has no spaces. */
function isProse(rows: readonly Cells[]): boolean {
  return rows.some(([first = '']) => first.trim().includes(' '));
}

/** Lines of at most so many columns of a terminal, in which some characters take two, broken between words, and inside one that is longer: after a sign that parts it if there is one. */
export function wrap(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, width))
    .join('\n');
}

/** What is indented stays so. */
function wrapLine(line: string, width: number): string[] {
  if (stringWidth(line) <= width) return [line];
  const indent = indentOf(line);
  const room = Math.max(1, width - indent.length);
  const lines: string[] = [];
  for (const word of line.trim().split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && stringWidth(`${last} ${word}`) <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(...pieces(word, room));
  }
  return lines.map((each) => `${indent}${each}`);
}

function indentOf(line: string): string {
  return ' '.repeat(line.length - line.trimStart().length);
}

function pieces(word: string, width: number): string[] {
  if (stringWidth(word) <= width) return [word];
  const fits = beginningOf(word, width);
  const parted = [...fits.matchAll(/[-/,_]|(?<=\d)T(?=\d)/g)].at(-1)?.index;
  const end = parted === undefined || parted === 0 ? fits.length : parted + 1;
  return [word.slice(0, end), ...pieces(word.slice(end), width)];
}

/** What fits of a word, whole characters and at least one. */
function beginningOf(word: string, width: number): string {
  let fits = '';
  for (const { segment } of CHARACTERS.segment(word)) {
    if (fits !== '' && stringWidth(fits + segment) > width) break;
    fits += segment;
  }
  return fits;
}

function asTable([head = [], ...rows]: readonly Cells[]): Pick<Fitted, 'head' | 'rows'> {
  return { head, rows };
}

/** Wrapped to a width; null: the columns cannot be made so narrow. */
function wrapped(all: readonly Cells[], width: number, least: (all: readonly Cells[]) => number[]): Cells[] | null {
  const widths = shrunk(naturalWidths(all), least(all), width);
  return widths === null ? null : all.map((cells) => cells.map((cell, i) => wrap(cell, widths[i] ?? NARROWEST)));
}

/** The widest column gives first. */
function shrunk(natural: readonly number[], least: readonly number[], width: number): number[] | null {
  const widths = [...natural];
  while (totalOf(widths) > width) {
    const giving = widths.flatMap((each, i) => (each > (least[i] ?? each) ? [i] : []));
    if (giving.length === 0) return null;
    const widest = giving.reduce((best, i) => ((widths[i] ?? 0) > (widths[best] ?? 0) ? i : best));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each, 0) + GAP * Math.max(0, widths.length - 1);
}

function naturalWidths(all: readonly Cells[]): number[] {
  return widest(all, (cell) => Math.max(...cell.split('\n').map(stringWidth)));
}

function wordWidths(all: readonly Cells[]): number[] {
  const longest = (cell: string) =>
    Math.max(...cell.split(/\s/).map((word) => Math.min(stringWidth(word), LONGEST_WORD))) + indentOf(cell).length;
  return widest(all, longest);
}

function pieceWidths(all: readonly Cells[]): number[] {
  return naturalWidths(all).map((each) => Math.min(each, NARROWEST));
}

function widest(all: readonly Cells[], measure: (cell: string) => number): number[] {
  return (all[0] ?? []).map((_, i) => Math.max(...all.map((cells) => measure(cells[i] ?? ''))));
}

/** Columns that say nothing in any row go, but never the first. */
function withoutEmpty(all: readonly Cells[]): Cells[] {
  const kept = (all[0] ?? []).map((_, i) => i === 0 || all.slice(1).some((cells) => (cells[i] ?? '') !== ''));
  return all.map((cells) => cells.filter((_, i) => kept[i]));
}
