import { isPerennialError } from '../../../core/errors';

/** The code of the error that some work ends with. */
export function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return isPerennialError(error) ? error.code : String(error);
  }
  return 'nothing was thrown';
}
