import type { Json } from '../../core/plan/json';

const LONGEST_LINE = 200;
const MOST_LINES = 30;
const LONGEST_CELL = 60;

/** A value as JSON on one line; what is longer than 200 characters is cut, and `where` says where all of it is. */
export function onOneLine(value: Json, where: string): string {
  const text = JSON.stringify(value);
  const characters = Array.from(text);
  if (characters.length <= LONGEST_LINE) return text;
  return `${characters.slice(0, LONGEST_LINE).join('')}… (all of it: ${where})`;
}

/** A value as JSON on indented lines; what is longer than 30 lines is cut, and `where` says where all of it is. */
export function onLines(value: Json, where: string): string {
  const lines = inFull(value).split('\n');
  if (lines.length <= MOST_LINES) return lines.join('\n');
  return [...lines.slice(0, MOST_LINES), `  … (all of it: ${where})`].join('\n');
}

/** A value as JSON on indented lines, all of it. */
export function inFull(value: Json): string {
  return JSON.stringify(value, null, 2).replace(/^/gm, '  ');
}

/** A value in a table's cell, cut; null: it was not there. */
export function cell(value: string | null): string {
  if (value === null) return '(none)';
  const characters = Array.from(value);
  return characters.length <= LONGEST_CELL ? value : `${characters.slice(0, LONGEST_CELL).join('')}…`;
}

/** The first line of a text, cut after a word when it is longer than so many characters. `…` says that there is more. */
export function shortened(text: string, longest: number): string {
  const [line = '', ...more] = text.split('\n');
  const characters = Array.from(line);
  if (characters.length <= longest) return more.some((each) => each.trim() !== '') ? `${line}…` : line;
  const cut = characters.slice(0, longest - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > longest / 2 ? cut.slice(0, space) : cut}…`;
}
