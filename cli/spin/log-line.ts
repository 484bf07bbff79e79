import { z } from 'zod';

const Line = z.looseObject({ level: z.number(), msg: z.string().default('') });
const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };

/** A line of the log for people: its level, its message, and its fields as JSON. */
export function logLine(line: string): string {
  const parsed = Line.safeParse(JSON.parse(line));
  if (!parsed.success) return line.trimEnd();
  const { level, msg, ...fields } = parsed.data;
  const rest = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
  return `${(LEVELS[level] ?? String(level)).padEnd(5)} ${msg}${rest}`;
}
