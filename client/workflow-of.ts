import type { Client, WorkflowHandle } from '@temporalio/client';
import type { RunStatus } from '../core/interpret';

/**
 * The workflow in which a node of a run stands: the run's own, or that of the shard of a map (of a shard, where maps
 * stand inside maps) whose items it is among. An address that is nowhere is answered for by the run's own.
 *
 * @throws WorkflowNotFoundError
 */
export async function workflowOf(temporal: Client, runId: string, address: string): Promise<WorkflowHandle> {
  let id = runId;
  for (;;) {
    const handle = temporal.workflow.getHandle(id);
    const status = await handle.query<RunStatus | null>('status');
    const shard = status?.shards.find(({ map, from, count }) => {
      const index = indexIn(map, address);
      return index !== null && index >= from && index < from + count;
    });
    if (!shard) return handle;
    id = `${runId}/${shard.address}`;
  }
}

/** Which item of a map an address is inside of. */
function indexIn(map: string, address: string): number | null {
  if (!address.startsWith(`${map}[`)) return null;
  const index = Number.parseInt(address.slice(map.length + 1), 10);
  return Number.isNaN(index) ? null : index;
}
