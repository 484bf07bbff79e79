/** Whose fault an error is: the user's (bad input, bad config, bad data) or the engine's (a bug, a lost dependency). */
export type Fault = 'user' | 'engine';

/** One row of the error table. `docs/ERRORS.md` is generated from these rows and a test keeps both equal. */
export interface ErrorRow {
  readonly fault: Fault;
  readonly retryable: boolean;
  /** What went wrong, in a few words. */
  readonly title: string;
  /** What to do about it. */
  readonly fix: string;
}

const BRAND = Symbol.for('perennial.error');

/**
 * The one error class of the engine. `code` is stable; `message` names the thing, why, and the fix.
 * Recognise it with {@link isPerennialError}, never with `instanceof`, which fails across realms.
 */
export class PerennialError extends Error {
  override readonly name = 'PerennialError';
  readonly [BRAND] = true;
  constructor(
    readonly code: string,
    readonly row: ErrorRow,
    readonly detail: string,
    options: { cause?: unknown } = {},
  ) {
    super(`[${code}] ${detail} ${row.fix}`, options);
  }
  get fault(): Fault {
    return this.row.fault;
  }
  get retryable(): boolean {
    return this.row.retryable;
  }
}

/** True for a {@link PerennialError} of any realm or bundle. */
export function isPerennialError(value: unknown): value is PerennialError {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/**
 * The maker of the errors of a table. The fix of the table's row is appended to what is said.
 *
 * @example
 * raising(RUN_ERRORS)('PER_RUN_013', "The config of nightly has no field 'day'.")
 */
export function raising<Code extends string>(table: Readonly<Record<Code, ErrorRow>>) {
  return (code: Code, detail: string, options: { cause?: unknown } = {}): PerennialError =>
    new PerennialError(code, table[code], detail, options);
}
