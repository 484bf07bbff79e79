import { executeChild, workflowInfo } from '@temporalio/workflow';
import { fanOut } from '../overhead/peer-workflows';

export { fanOut };

/** Items a child workflow: as many as a shard of Perennial's has. */
const SHARD = 200;

/** What an engineer would write by hand for a fan-out that is too long for one workflow. */
export async function fanOutInShards(items: number[]): Promise<number[]> {
  if (items.length <= SHARD) return fanOut(items);
  const { workflowId } = workflowInfo();
  const shards = Array.from({ length: Math.ceil(items.length / SHARD) }, (_, shard) =>
    executeChild(fanOut, {
      workflowId: `${workflowId}/${shard}`,
      args: [items.slice(shard * SHARD, (shard + 1) * SHARD)],
    }),
  );
  return (await Promise.all(shards)).flat();
}
