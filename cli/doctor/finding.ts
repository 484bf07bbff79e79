/** What one check of `perennial doctor` found. */
export interface Finding {
  readonly check: string;
  /** `warn`: it works, with less; `fail`: something will not work; `skipped`: cannot be told now. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly found: string;
  /** What to do about it; empty when there is nothing to do. */
  readonly fix: string;
}

/** Makes a finding from a check that throws when it fails. */
export async function check(name: string, fix: string, work: () => Promise<Omit<Finding, 'check'>>): Promise<Finding> {
  try {
    return { check: name, ...(await work()) };
  } catch (error) {
    return { check: name, status: 'fail', found: oneLine(error), fix };
  }
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
