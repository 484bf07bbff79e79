import { join } from 'node:path';
import type { CommonOptions } from '../frame';
import { resolveSettings } from '../settings';

/** The folder where a project keeps histories, unless another is named. */
export function historiesOf(
  flags: Pick<CommonOptions, 'project' | 'state'> & { histories?: string | undefined },
): string {
  const { histories, project, state } = flags;
  return histories ?? join(resolveSettings({ project, state }).settings.project, 'histories');
}
