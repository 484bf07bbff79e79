import type { DescribedSchedule } from './found';
import type { Owner } from './wanted';

/** How a schedule's owner is named: `the pipeline train-churn`. */
export function ownerText({ kind, name }: Owner): string {
  return `the ${kind} ${name}`;
}

/** Ticks that came to nothing, since the schedule was made. */
export interface LostActions {
  /** Nothing could start them within the catch-up window. */
  readonly missed: number;
  /** What an earlier tick had started still ran. */
  readonly skipped: number;
  /** Too many waited already. */
  readonly dropped: number;
}

/** Counts of ticks that came to nothing. */
export function lostActions({ description: { info, raw } }: Pick<DescribedSchedule, 'description'>): LostActions {
  return {
    missed: info.numActionsMissedCatchupWindow,
    skipped: info.numActionsSkippedOverlap,
    dropped: Number(raw.info?.bufferDropped ?? 0),
  };
}

/** What an operator should know of a schedule, a sentence each: ticks that came to nothing, and that it is paused. */
export function trouble(found: DescribedSchedule): string[] {
  if (found.owner === null) return [];
  const { missed, skipped, dropped } = lostActions(found);
  const who = ownerText(found.owner);
  const isParted = found.description.action.workflowType === 'perennial.scheduled-run';
  const makeUp = isParted ? ` \`perennial backfill ${found.owner.name} --missing-only\` runs what is missing.` : '';
  const note = found.paused?.note ? ` (${found.paused.note})` : '';
  return [
    ...(missed > 0 ? [`${ticks(missed, who)} missed: not started within the catch-up window.${makeUp}`] : []),
    ...(skipped > 0 ? [`${ticks(skipped, who)} skipped: what an earlier one had started still ran.${makeUp}`] : []),
    ...(dropped > 0 ? [`${ticks(dropped, who)} dropped: too many waited for those before them.${makeUp}`] : []),
    ...(found.paused ? [`The schedule of ${who} is paused${note}: no tick comes.`] : []),
  ];
}

function ticks(count: number, who: string): string {
  return count === 1 ? `One tick of ${who} was` : `${count} ticks of ${who} were`;
}
