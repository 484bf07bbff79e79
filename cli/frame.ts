import Table from 'cli-table3';
import { Option } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { isPerennialError, perennialError } from '../core/errors';
import { EXIT, exitCodeOf } from './exit-codes';
import type { ExitCode } from './exit-codes';
import { fit } from './views/fit';

/** What a verb writes with and reads its arguments from. Results go to stdout, everything else to stderr. */
export interface Frame {
  /** True with --json: stdout carries one JSON object, or one a line, and nothing else. */
  readonly json: boolean;
  /** Columns of the terminal that results are for, 80 at least; null: they are piped, or JSON. */
  readonly width: number | null;
  /** The positional argument at `index`; refused as wrong usage when it is missing. */
  argument(index: number): string;
  /** Every positional argument. */
  readonly args: readonly string[];
  /** The options of the verb and of the program, parsed. A refused one is wrong usage (exit code 2). */
  options<T>(schema: z.ZodType<T>): T;
  /** Hands over a result: as one JSON line with --json, otherwise the text that `human` makes of it. */
  result<T>(value: T, human: (value: T) => string): void;
  /** A line for people only: silent with --json. */
  line(text: string): void;
  /** A word on the way, on stderr. */
  note(text: string): void;
}

/** The options that every verb has. `state`, `project` and `preview` feed resolveSettings of cli/settings.ts. */
export const CommonOptions = z.object({
  json: z.boolean().default(false),
  state: z.string().optional(),
  project: z.string().optional(),
  preview: z.string().optional(),
});
export type CommonOptions = z.infer<typeof CommonOptions>;

/**
 * Declares a verb with the options that all of them have.
 *
 * @param usage name and arguments as commander writes them: `show <run>`
 */
export function verb(parent: Command, usage: string, description: string): Command {
  return parent
    .command(usage)
    .description(description)
    .addOption(new Option('--json', 'one JSON object, or one a line, on stdout'))
    .addOption(new Option('--state <folder>', 'the state folder (default: that of the last stack started here)'))
    .addOption(
      new Option(
        '--project <folder>',
        'the folder of perennial.config.ts (default: this folder, or the nearest above that has one)',
      ),
    )
    .addOption(new Option('--preview <name>', 'work in this preview (see `perennial preview --help`)'));
}

/** Turns a verb's work into commander's action: gives it a frame, prints its error, and sets the exit code. */
export function act(work: (frame: Frame) => Promise<ExitCode | undefined>): (...args: unknown[]) => Promise<void> {
  return async function action(this: unknown, ...args: unknown[]): Promise<void> {
    const command = args.at(-1);
    if (!isCommand(command)) throw new TypeError('commander did not hand over the command');
    const frame = openFrame(command);
    try {
      process.exitCode = (await work(frame)) ?? EXIT.done;
    } catch (error) {
      printError(error, frame.json);
      process.exitCode = exitCodeOf(error);
    }
  };
}

/**
 * A table for people. Empty cells for null.
 *
 * @param width columns of a terminal that it is to keep within; null: its lines are as long as they are
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  width: number | null = null,
): string {
  const texts = rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell))));
  const fitted = width === null ? { head, rows: texts, stacked: false, compact: false } : fit(head, texts, width);
  const padding = fitted.compact ? { 'padding-left': 0, 'padding-right': 0 } : {};
  const style = { head: [], border: [], ...padding };
  const made = new Table({ head: fitted.stacked ? [] : [...fitted.head], style, chars: PLAIN });
  if (!fitted.stacked) for (const row of fitted.rows) made.push([...row]);
  else for (const [first = '', ...rest] of [fitted.head, ...fitted.rows]) made.push(above(first, rest.length), rest);
  // What fills a cell up to its column's end would itself begin a new line.
  return width === null ? made.toString() : made.toString().replace(/ +$/gm, '');
}

/** A first cell with a line of its own. */
function above(content: string, columns: number): [{ content: string; colSpan: number }] {
  return [{ content, colSpan: Math.max(1, columns) }];
}

/** Columns of the terminal that results go to; null: they go elsewhere, where nothing is to be wrapped or cut. */
function widthOf({ isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number | null {
  return isTTY ? Math.max(LEAST_WIDTH, columns || LEAST_WIDTH) : null;
}

const LEAST_WIDTH = 80;

/** Prints an error: with --json as `{"error": {code, message, fault, retryable}}` on stdout, else as text on stderr. */
export function printError(error: unknown, json: boolean): void {
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    const known = isPerennialError(error) ? { code: error.code, fault: error.fault, retryable: error.retryable } : {};
    console.log(JSON.stringify({ error: { ...known, message } }));
    return;
  }
  console.error(isPerennialError(error) || !(error instanceof Error) ? message : (error.stack ?? message));
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && !message.includes(cause.message) && cause.name !== REFUSED)
    console.error(`  because: ${cause.message}`);
}

/** An Update that a run refused says no more than that; why stands in the error that tells of it. */
const REFUSED = 'WorkflowUpdateFailedError';

/** What is wrong with a verb's options: `--reason is missing; --limit: Too big: expected number to be <=500`. */
function optionFaults({ issues }: z.ZodError, given: unknown): string {
  return issues
    .map(({ path, message }) => {
      const [name = ''] = path.map(String);
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      const isGiven = typeof given === 'object' && given !== null && name in given;
      return isGiven ? `${flag}: ${message}` : `${flag} is missing`;
    })
    .join('; ');
}

function openFrame(command: Command): Frame {
  const given: unknown = command.optsWithGlobals();
  const { json } = CommonOptions.parse(given);
  return {
    json,
    width: json ? null : widthOf(process.stdout),
    args: command.args,
    argument(index) {
      const value = command.args[index];
      if (value === undefined)
        throw perennialError('PER_STACK_011', `'${command.name()}' needs argument ${index + 1}.`);
      return value;
    },
    options(schema) {
      const parsed = schema.safeParse(given);
      if (parsed.success) return parsed.data;
      throw perennialError('PER_STACK_011', `'${command.name()}': ${optionFaults(parsed.error, given)}.`);
    },
    result(value, human) {
      console.log(json ? JSON.stringify(value) : human(value));
    },
    line(text) {
      if (!json) console.log(text);
    },
    note(text) {
      console.error(text);
    },
  };
}

function isCommand(value: unknown): value is Command {
  return typeof value === 'object' && value !== null && 'optsWithGlobals' in value;
}

const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};
