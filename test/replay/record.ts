import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const { History } = temporal.api.history.v1;

/** Writes a workflow's history to the folder that PERENNIAL_RECORD_HISTORIES names; does nothing without it. */
export async function recordHistory(handle: WorkflowHandle, name: string): Promise<void> {
  const folder = process.env['PERENNIAL_RECORD_HISTORIES'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const fetched = await handle.fetchHistory();
  const history = History.toObject(History.fromObject(fetched), { bytes: String, longs: String, enums: String });
  // Where it was recorded is nobody's business, and has no part in a replay.
  const text = JSON.stringify({ workflowId: handle.workflowId, history }, withoutPlaces, 1);
  writeFileSync(join(folder, `${name}.json`), `${text}\n`);
}

function withoutPlaces(key: string, value: unknown): unknown {
  return key === 'stackTrace' || key === 'identity' ? key : value;
}
