import type { LogLine } from '../../client/run-logs';

/** As terminals number them. */
const COLOURS = { debug: 2, info: 32, warn: 33, error: 31 } as const;

/**
 * A line of a log for people: when, how much it matters, of which node in which attempt (`train #2`), what it says, and its
 * fields as JSON.
 *
 * @param terminal nothing in it can move the cursor then
 * @param coloured its level has a colour
 */
export function logText(
  { at, level, node, attempt, message, fields }: LogLine,
  terminal: boolean,
  coloured = terminal && (process.env['NO_COLOR'] ?? '') === '',
): string {
  const padded = level.padEnd(5);
  const named = coloured ? `\u001b[${COLOURS[level]}m${padded}\u001b[0m` : padded;
  const rest = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
  const said = `${message}${rest}`.replace(/\r?\n/g, '\n    ');
  return `${at} ${named} ${node} #${attempt}  ${terminal ? said.replace(CONTROLS, asWritten) : said}`;
}

/** Control characters but the ends of lines and tabs. */
const CONTROLS = /[^\P{Cc}\n\t]/gu;

function asWritten(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
