/** Postgres' code for a write in a transaction that is read only. */
const READ_ONLY = '25006';

/** True for the error of a write to a database that is read only, or of what it has caused. */
export function isRefusedWrite(error: unknown): boolean {
  for (let one: unknown = error, depth = 0; one instanceof Error && depth < 10; one = one.cause, depth += 1) {
    if ('code' in one && one.code === READ_ONLY) return true;
  }
  return false;
}
