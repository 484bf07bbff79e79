import { causeId } from '../../core/keep/cause-id';
import type { Json } from '../../core/plan/json';
import { digestAt, sourceText, type Trigger, triggeredRunId } from '../../core/triggers/trigger';
import type { Db } from '../db';
import { findDataset } from '../datasets';
import { addCause } from '../keeper/add-cause';
import { newestJudgedWindow } from '../keeper/newest-judged-window';
import { addOutboxRow } from '../outbox/add-outbox-row';
import type { TriggeredPayload } from './triggered-payload';

/** A node that is being committed. */
export interface CommittedNode {
  readonly run: string;
  readonly address: string;
  readonly output: Json;
}

/** Those of some triggers that a node may fire, whatever its pipeline: a data set is that of a node at the top of a graph. */
export function triggersAt(triggers: readonly Trigger[], address: string): readonly Trigger[] {
  return triggers.filter(({ node }) => node === address);
}

/**
 * Writes down what a committed node's data sets start, in the transaction of the commit. The outbox's row is named by who is
 * started and by the digest, so that each version is told once, for ever: one that is made again, or found in the cache, is not.
 *
 * @param triggers {@link triggersAt} the node
 */
export async function tellTriggers(db: Db, triggers: readonly Trigger[], node: CommittedNode): Promise<void> {
  const { rows } = await db.query<{ pipeline: string }>('SELECT pipeline FROM runs WHERE id = $1', [node.run]);
  const pipeline = rows[0]?.pipeline;
  for (const trigger of triggers) {
    const digest = trigger.pipeline === pipeline ? digestAt(node.output, trigger.path) : null;
    if (digest !== null) await tell(db, trigger, { ...node, digest });
  }
}

async function tell(db: Db, trigger: Trigger, made: CommittedNode & { readonly digest: string }): Promise<void> {
  const { starts } = trigger;
  const { digest, run, address } = made;
  const source = sourceText(trigger);
  if (starts.kind === 'model') {
    const { name: model, clock } = starts;
    const id = causeId({ model, kind: 'new-data', source: `${source}/${digest}` });
    const eventTime = await eventTimeOf(db, { model, clock, digest });
    await addCause(db, model, { id, kind: 'new-data', eventTime, evidence: { dataset: digest, source, run, address } });
    return;
  }
  const { name, into } = starts;
  const payload: TriggeredPayload = {
    pipeline: name,
    run: triggeredRunId(name, into, digest),
    config: { [into]: digest },
    why: `a new version of ${source}, by ${run}`,
  };
  await addOutboxRow(db, { id: `dataset:${name}:${into}:${digest}`, kind: 'dataset', payload });
}

/** For a model whose clock is the data's, the data set's own newest instant, which a data set of the future does not move. */
async function eventTimeOf(
  db: Db,
  { model, clock, digest }: { readonly model: string; readonly clock: 'wall' | 'event'; readonly digest: string },
): Promise<string> {
  const now = new Date().toISOString();
  if (clock === 'wall') return now;
  const newest =
    (await findDataset(db, digest))?.timeTo ?? (await newestJudgedWindow(db, model, { labelled: false }))?.to;
  return newest === undefined || newest > now ? now : newest;
}
