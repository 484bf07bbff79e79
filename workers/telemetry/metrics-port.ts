import { perennialError } from '../../core/errors';

/**
 * The port that a worker serves its figures on: what it was told, else what PERENNIAL_METRICS_PORT says; 0 is any free one,
 * null none at all.
 *
 * @param told the flag `--metrics-port`
 * @throws PER_STACK_075
 */
export function readMetricsPort(told: string | undefined, variables: NodeJS.ProcessEnv = process.env): number | null {
  const said = told ?? variables['PERENNIAL_METRICS_PORT'] ?? '';
  if (said === '') return null;
  const port = Number(said);
  if (/^\d+$/.test(said) && port <= 65_535) return port;
  const source = told === undefined ? 'PERENNIAL_METRICS_PORT' : '--metrics-port';
  throw perennialError('PER_STACK_075', `${source} is '${said}'.`);
}
