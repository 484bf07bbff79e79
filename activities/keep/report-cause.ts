import { causeId } from '../../core/keep/cause-id';
import { checkEvidence } from '../../core/keep/check-evidence';
import type { Cause } from '../../core/keep/event';
import { transaction } from '../../store/db';
import { addCause } from '../../store/keeper/add-cause';
import { eventTimeNow } from '../../store/keeper/event-time-now';
import type { ReportCauseInput } from './contract';
import { findModel, type KeepDependencies } from './dependencies';

/**
 * Writes a cause down and puts it into the outbox for the keeper.
 *
 * @param report `source`: who reports, once (the reporting workflow's id); `wall`: the schedule's tick, ISO 8601
 * @returns the cause's id and time, and whether it was new
 * @throws PER_KEEP_007 for evidence that the records cannot keep
 */
export async function reportCause(
  dependencies: KeepDependencies,
  report: ReportCauseInput & { readonly source: string; readonly wall: string },
): Promise<{ readonly id: string; readonly eventTime: string; readonly added: boolean }> {
  const { db } = dependencies;
  const model = findModel(dependencies, report.model);
  const { kind, source } = report;
  checkEvidence(model.name, report.evidence ?? null);
  const id = causeId({ model: model.name, kind, source });
  const eventTime = report.eventTime ?? (await eventTimeNow(db, model, new Date(report.wall)));
  const cause: Cause = { id, kind, eventTime, evidence: report.evidence ?? null };
  const added = await transaction(db, (tx) => addCause(tx, model.name, cause));
  return { id, eventTime, added };
}
