import { causeId } from '../../core/keep/cause-id';
import { canonicalJson } from '../../core/plan/json';
import { type MonitorSpec, Verdict } from '../../steps/monitor';
import type { Window } from '../../steps/types';
import { insertPoint } from '../../store/business';
import { addCause } from '../../store/keeper/add-cause';
import { findNewestVerdict, insertVerdict } from '../../store/verdicts';
import type { EngineContext } from '../run-step/context';
import type { Finding } from './findings';

/** What was judged. */
export interface Judged {
  readonly model: string;
  readonly monitor: MonitorSpec;
  readonly version: number;
  readonly window: Window;
}

/**
 * Records a finding as a verdict, with its business point and, for an alarm, its cause: all in the transaction that
 * commits the node's output, so that none is there without the others. A finding that says what the newest revision
 * says is that revision, and nothing is recorded or reported again.
 */
export async function recordFinding(ctx: EngineContext, judged: Judged, finding: Finding): Promise<Verdict> {
  const { model, monitor, version, window } = judged;
  const { name } = monitor;
  const kind = kindOf(monitor);
  const { outcome, evidence } = finding;
  const subject = { model, monitor: name, version, from: window.from, to: window.to };
  const newest = await findNewestVerdict(ctx.db, subject);
  const same = newest?.outcome === outcome && canonicalJson(newest.evidence) === canonicalJson(evidence);
  const revision = newest === null ? 1 : same ? newest.revision : newest.revision + 1;
  const verdict = Verdict.parse({ monitor: name, kind, version, revision, outcome, evidence });
  if (same) return verdict;

  ctx.inCommit(async (tx) => {
    await insertVerdict(tx, { ...subject, kind, revision, outcome, evidence, run: ctx.run });
    if (finding.point) {
      const { from, to } = window;
      await insertPoint(tx, { model, ...finding.point, version, from, to, run: ctx.run });
    }
    if (outcome !== 'alarm') return;
    const id = causeId({ model, kind, source: name, version, window, revision });
    await addCause(tx, model, { id, kind, version, window, eventTime: window.to, evidence: { ...evidence, revision } });
  });
  return verdict;
}

/** A stream of scores tells of the rows, as drift does; one of errors of what the answers are worth. */
function kindOf(monitor: MonitorSpec): Verdict['kind'] {
  if (monitor.kind !== 'stream') return monitor.kind;
  return monitor.of === 'scores' ? 'drift' : 'accuracy';
}
