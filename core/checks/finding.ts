import { ERRORS, type ErrorCode } from '../errors';

/** What a check has to say: which node, what is wrong, and what to do. */
export interface Finding {
  readonly code: ErrorCode;
  /** An error keeps the plan from being used; a warning is shown. */
  readonly severity: 'error' | 'warning';
  /** Id of the node, where it is about one. */
  readonly node: string | null;
  readonly message: string;
  readonly repair: string;
}

/** Makes the finding of a code; the repair is the one of the table of errors. */
export function finding(code: ErrorCode, severity: Finding['severity'], node: string | null, message: string): Finding {
  return { code, severity, node, message, repair: ERRORS[code].fix };
}
