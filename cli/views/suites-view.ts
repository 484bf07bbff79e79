import type { SuiteLine } from '../../store/suites';
import { table } from '../frame';

import { cellsFor } from './narrow';
import { shortDigest } from './short-digest';

/** Suites and rule sets for people, a version a line. */
export function suitesText(suites: readonly SuiteLine[], width: number | null = null): string {
  if (suites.length === 0) return 'No suite and no rule set was used.';
  const { moment } = cellsFor(width);
  const rows = suites.map((one) => {
    const alone = one.named.filter((pipeline) => !one.pipelines.includes(pipeline));
    return [
      `${one.name} (${one.kind})`,
      shortDigest(one.digest),
      one.members,
      one.broken === null || one.broken === 0 ? one.datasets : `${one.datasets}, ${one.broken} of them broke it`,
      [...one.pipelines, ...alone.map((pipeline) => `${pipeline} (not run with it)`)].join(', '),
      moment(one.lastAt),
    ];
  });
  return table(['name', 'version', 'members', 'data sets', 'pipelines', 'last used'], rows, width);
}
