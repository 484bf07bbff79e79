import type { Json } from '../../core/plan/json';
import type { Champion, ModelVersionRow, PromotionRow } from '../../store/models/model-row';
import type { RecordedDecision } from '../../store/keeper/list-decisions';
import { table } from '../frame';

/** A model in a list: declared in the project, or known from the records, or both. */
export interface ModelLine {
  readonly model: string;
  readonly declared: boolean;
  readonly champion: Champion | null;
}

/** Models for people, one a line, or within the width of a terminal. */
export function modelsText(models: readonly ModelLine[], width: number | null = null): string {
  if (models.length === 0) return 'No models.';
  const rows = models.map(({ model, declared, champion }) => [
    declared ? model : `${model} (not in this project)`,
    champion === null ? 'none yet' : `v${champion.version}`,
    champion?.recorded_at ?? null,
    champion?.event_time ?? null,
    champion?.reason ?? null,
  ]);
  return table(['model', 'champion', 'since', 'event time', 'reason'], rows, width);
}

/** The promotion log for people, newest first, one a line, or within the width of a terminal. */
export function historyText(promotions: readonly PromotionRow[], width: number | null = null): string {
  if (promotions.length === 0) return 'No promotions.';
  const rows = promotions.map((p) => [
    p.seq,
    p.previous === null ? `v${p.version}` : `v${p.previous} -> v${p.version}`,
    p.recorded_at,
    p.event_time,
    p.by,
    p.decision_id,
    p.reason,
  ]);
  return table(['seq', 'champion', 'recorded', 'event time', 'by', 'decision', 'reason'], rows, width);
}

/** Decisions of a keeper for people, newest first, one a line, or within the width of a terminal. */
export function decisionsText(decisions: readonly RecordedDecision[], width: number | null = null): string {
  if (decisions.length === 0) return 'No decisions.';
  const rows = decisions.map((d) => [
    d.eventTime,
    d.action,
    d.rule,
    d.cause?.kind ?? null,
    d.version === null ? null : `v${d.version}`,
    d.runId,
    d.reason,
  ]);
  return table(['event time', 'action', 'rule', 'cause', 'version', 'run', 'reason'], rows, width);
}

/** What `perennial model show` tells of one version. */
export interface VersionView {
  readonly version: ModelVersionRow;
  readonly champion: boolean;
}

/** One version of a model for people. */
export function versionText({ version: v, champion }: VersionView): string {
  const lines: [string, string][] = [
    ['model', `${v.model} v${v.version}${champion ? ', champion' : ''}`],
    ['artifact', v.artifact],
    ['trainer', v.trainer],
    ['trained on', `[${v.trained_from}, ${v.trained_to})`],
    ['recorded', `${v.recorded_at}, event time ${v.event_time}`],
    ['made by', `run ${v.run_id}, node ${v.address}`],
    ['reference', v.reference],
    ...fields('metrics', v.metrics),
    ...fields('evaluation', v.evaluation),
    ['signature', JSON.stringify(v.signature)],
  ];
  return lines.map(([name, text]) => `${name.padEnd(12)}${text}`).join('\n');
}

/** One line for each field of an object, so that a report of many numbers stays readable. */
function fields(name: string, value: Json): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[name, JSON.stringify(value)]];
  return Object.entries(value).map(([key, item], at) => [at === 0 ? name : '', `${key}: ${JSON.stringify(item)}`]);
}
