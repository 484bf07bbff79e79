import type { Difference } from '../../steps/evaluate';

/** Whether a candidate may go on, and why, in plain words. */
export interface GateVerdict {
  readonly passes: boolean;
  readonly reason: string;
}

/**
 * The candidate goes on when its log loss is below the baseline's, and below the champion's where there is one, each
 * by more than the 95 % interval. No better is not better: a tie is refused.
 */
export function judgeCandidate(versusBaseline: Difference, versusChampion: Difference | null): GateVerdict {
  const rivals: [string, Difference][] = [['the baseline', versusBaseline]];
  if (versusChampion) rivals.push(['the champion', versusChampion]);
  const lost = rivals.filter(([, difference]) => !isBetter(difference));
  const said = (lost.length > 0 ? lost : rivals).map(describe).join('; ');
  const note = versusChampion ? '' : ' There is no champion yet.';
  return { passes: lost.length === 0, reason: `The candidate ${said}.${note}` };
}

function isBetter(difference: Difference): boolean {
  return difference.high < 0;
}

function describe([rival, difference]: [string, Difference]): string {
  const by = `log loss ${signed(difference.mean)}, 95 % interval ${signed(difference.low)} to ${signed(difference.high)}`;
  if (isBetter(difference)) return `is better than ${rival} (${by})`;
  return difference.low > 0 ? `is worse than ${rival} (${by})` : `is not clearly better than ${rival} (${by})`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(5)}`;
}
