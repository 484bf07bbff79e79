/** One stage from candidate to champion. Only `full` exists yet: all traffic at once. */
export type RolloutStage = { readonly stage: 'full' };

/** Where a candidate stands: the stages it has passed, and the one it is in. */
export type Rollout = {
  readonly stages: readonly RolloutStage[];
  /** Index into `stages`; equal to their number when all are passed. */
  readonly at: number;
};

/** What a stage asks of the keeper. */
export type RolloutCommand = { readonly do: 'promote' };

/** What came of the stage that the candidate is in. */
export type StageResult = { readonly passed: boolean };

/** A candidate's first stage, and what to do for it. No stages declared means `full` at once. */
export function beginRollout(stages: readonly RolloutStage[]): { rollout: Rollout; command: RolloutCommand } {
  const declared: readonly RolloutStage[] = stages.length > 0 ? stages : [{ stage: 'full' }];
  return { rollout: { stages: declared, at: 0 }, command: { do: 'promote' } };
}

/**
 * Takes the result of the current stage.
 *
 * @returns the roll-out after it, and the next stage's command; null when there is none: all are passed, or this one was not
 */
export function advanceRollout(
  rollout: Rollout,
  result: StageResult,
): { rollout: Rollout; command: RolloutCommand | null } {
  if (!result.passed) return { rollout, command: null };
  const next = { ...rollout, at: rollout.at + 1 };
  return { rollout: next, command: next.at < next.stages.length ? { do: 'promote' } : null };
}
