import { perennialError } from '../errors';

/** A program that is to be a step's code. Everything in it is constant: no part of an input ever becomes an argument. */
export interface CommandOptions {
  /** A name that is looked for on the worker's PATH, or a path with a slash, from `cwd`. No shell is involved. */
  readonly program: string;
  /** One text an argument, handed on as it is. */
  readonly arguments?: readonly string[];
  /** The folder the program runs in, from the project's folder. Default: the project's folder. */
  readonly cwd?: string;
  /** Variables beside the few that it inherits (docs/COMMAND-STEPS.md). Not for secrets: those are resources. */
  readonly environment?: { readonly [name: string]: string };
  /**
   * Files and folders, from `cwd`, that the program is made of: an edit of one misses the cache. The arguments that name
   * a file, and a program that is a relative path, count without standing here.
   */
  readonly files?: readonly string[];
}

/** A step's code that is a program in any language; made by {@link command}. */
export interface Command extends Required<CommandOptions> {
  readonly kind: 'command';
}

/**
 * A program as the code of a step. It runs in a process group of its own, which ends with the execution; it reads its
 * input from a JSON file and writes its output to another. docs/COMMAND-STEPS.md is its contract.
 *
 * @throws PER_DEF_031
 * @example
 * export const cpuSteps = implement({ fit }, { fit: command({ program: 'python3', arguments: ['fit.py'] }) });
 */
export function command(options: CommandOptions): Command {
  const { program, arguments: list = [], cwd = '.', environment = {}, files = [] } = options;
  const said = `The command ${JSON.stringify(program)}`;
  checkTexts(said, { program: [program], cwd: [cwd], files }, 1);
  checkTexts(said, { arguments: list, environment: Object.values(environment) }, 0);
  for (const name of Object.keys(environment)) checkVariable(said, name);
  return Object.freeze({
    kind: 'command',
    program,
    arguments: Object.freeze([...list]),
    cwd,
    environment: Object.freeze({ ...environment }),
    files: Object.freeze([...files]),
  });
}

/** True for the result of {@link command}, of any copy of this module. */
export function isCommand(value: unknown): value is Command {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'command';
}

function checkTexts(said: string, options: { readonly [option: string]: readonly unknown[] }, shortest: 0 | 1): void {
  for (const [option, texts] of Object.entries(options)) {
    for (const text of texts) {
      // An operating system ends a text at the first NUL: what came after it would be lost without a word.
      if (typeof text === 'string' && text.length >= shortest && !text.includes('\0')) continue;
      throw perennialError('PER_DEF_031', `${said} has ${JSON.stringify(text)} as its ${option}.`);
    }
  }
}

function checkVariable(said: string, name: string): void {
  const own = name === 'DATABASE_URL' || /^(PERENNIAL|TEMPORAL)_/.test(name);
  if (own) throw perennialError('PER_DEF_031', `${said} sets ${name}, a variable of the engine's own.`);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw perennialError('PER_DEF_031', `${said} sets ${JSON.stringify(name)}, which is no name of a variable.`);
  }
}
