import type { Command } from '../../../core';
import type { Places } from './places';

/**
 * What a program inherits of the worker's environment, and nothing else: the worker's has the database's password. The
 * locale's variables (`LC_...`) come on top.
 */
export const INHERITED: readonly string[] = [
  'CUDA_VISIBLE_DEVICES',
  'HOME',
  'LANG',
  'LANGUAGE',
  'LD_LIBRARY_PATH',
  'LOGNAME',
  'PATH',
  'TRACEPARENT',
  'TZ',
  'USER',
];

/** The environment of a command's program: what is inherited, what the command sets, and where its files are. */
export function programEnvironment(command: Command, places: Places, own = process.env): NodeJS.ProcessEnv {
  const inherited = Object.entries(own).filter(([name]) => INHERITED.includes(name) || name.startsWith('LC_'));
  return {
    ...Object.fromEntries(inherited),
    // Python holds its output back when nobody sits at a terminal: progress would arrive at the end.
    PYTHONUNBUFFERED: '1',
    ...command.environment,
    TMPDIR: places.temporary,
    PERENNIAL_INPUT: places.input,
    PERENNIAL_OUTPUT: places.output,
    PERENNIAL_FILES: places.files,
  };
}
