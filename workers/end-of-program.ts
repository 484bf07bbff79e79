import type { Logger } from 'pino';
import { isPerennialError } from '../core/errors';

/** Exit code of a program whose user has to change something before it can start: that of wrong usage, as the command has it. */
export const USERS_FAULT = 2;

/**
 * Tells why a program ends, and gives its exit code. What its user can mend is one line for people, without a stack: nobody
 * reads that in a log; all else goes into the log, with its stack.
 *
 * @param write where the line goes; through the mask, if there is one
 * @returns 2 for a mistake of the user, else 1
 */
export function endOfProgram(error: unknown, log: Pick<Logger, 'fatal'>, write: (line: string) => void): number {
  if (isPerennialError(error) && error.fault === 'user') {
    write(`${error.message}\n`);
    return USERS_FAULT;
  }
  log.fatal({ err: error }, 'the program ended');
  return 1;
}
