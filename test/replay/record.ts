import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { writeKept } from '../../workers/replay/kept-histories';

/** Writes a workflow's history to the folder that PERENNIAL_RECORD_HISTORIES names; does nothing without it. */
export async function recordHistory(handle: WorkflowHandle, name: string): Promise<void> {
  const folder = process.env['PERENNIAL_RECORD_HISTORIES'];
  if (!folder) return;
  const history = await handle.fetchHistory();
  writeKept(join(folder, `${name}.json`), { workflow: handle.workflowId, history, force: true });
}
