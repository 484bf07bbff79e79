import type { WorkflowExecutionDescription } from '@temporalio/client';

/** VERSIONING_BEHAVIOR_PINNED. */
const PINNED = 1;

/** Runs whose record and Temporal named two builds at the last look, by id, with what both said. */
export type Astray = Map<string, string>;

/** The build that Temporal keeps a workflow on; null: none, it follows the current one. */
export function pinIn({ raw }: Pick<WorkflowExecutionDescription, 'raw'>): string | null {
  const info = raw.workflowExecutionInfo?.versioningInfo;
  const override = info?.versioningOverride;
  if (override?.autoUpgrade === true) return null;
  const moved = override?.pinned?.version?.buildId;
  if (moved != null && moved !== '') return moved;
  return Number(info?.behavior) === PINNED ? (info?.deploymentVersion?.buildId ?? null) : null;
}

/**
 * Makes the record name the build that Temporal keeps a run on. A move writes the record before it asks Temporal, so that the two
 * differ for a moment, and for good where the command was killed in between: only what is as it was at the look before is mended.
 *
 * @param pins what the record names and what Temporal does; null: none
 * @param note writes Temporal's into the record, where that still names what it named
 * @returns whether it was mended
 */
export async function followPin(
  astray: Astray,
  run: string,
  pins: { readonly recorded: string | null; readonly kept: string | null },
  note: (kept: string, recorded: string) => Promise<void>,
): Promise<boolean> {
  const { recorded, kept } = pins;
  const before = astray.get(run);
  astray.delete(run);
  if (recorded === null || kept === null || recorded === kept) return false;
  const now = `${recorded} ${kept}`;
  if (before !== now) {
    astray.set(run, now);
    return false;
  }
  await note(kept, recorded);
  return true;
}
