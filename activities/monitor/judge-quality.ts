import type { Quality } from '../../steps/evaluate';
import type { MonitorSpec } from '../../steps/monitor';
import { caughtAt, measureQuality } from '../evaluate/metrics';
import { figure, type Finding, insufficient } from './findings';
import type { Labelled } from './labelled';

export type QualitySpec = Extract<MonitorSpec, { kind: 'accuracy' | 'business' }>;

/**
 * Judges answers against the labels that have arrived, beside the version's own evaluation: what it was worth on rows
 * held out when it was made. Too few labels, too small a share of them, or one class only is `insufficient`: neither a
 * good window nor a bad one.
 */
export function judgeQuality(spec: QualitySpec, window: Labelled, evaluated: Quality): Finding {
  const labelled = window.labels.length;
  const coverage = window.rows === 0 ? 0 : labelled / window.rows;
  const { positives } = window;
  const asked = { minRows: spec.minRows, minCoverage: spec.minCoverage, ...limitOf(spec) };
  const seen = { rows: window.rows, labelled, coverage: figure(coverage), positives, asked };
  if (labelled < spec.minRows) return insufficient(`${labelled} labelled rows`, seen);
  if (coverage < spec.minCoverage) return insufficient(`labels for ${figure(coverage)} of the rows`, seen);
  if (positives === 0 || positives === labelled) return insufficient('one class only', seen);

  const quality = measureQuality(window.labels, window.probabilities);
  const [now, then] = [valueOf(spec, quality), valueOf(spec, evaluated)];
  if (now === null || then === null) return insufficient(`the evaluation has no ${spec.metric}`, seen);
  const rises = spec.metric === 'log-loss' || spec.metric === 'calibration';
  const worse = rises ? now - then : then - now;
  const { meanPrediction, baseRate } = quality;
  const evidence = {
    ...seen,
    metric: spec.metric,
    value: figure(now),
    evaluated: figure(then),
    worseBy: figure(worse),
    meanPrediction: figure(meanPrediction),
    baseRate: figure(baseRate),
  };
  const outcome = worse > (spec.kind === 'business' ? spec.dropBy : spec.worseBy) ? 'alarm' : 'ok';
  if (spec.kind !== 'business') return { outcome, evidence };
  return { outcome, evidence, point: { metric: spec.name, value: now } };
}

function limitOf(spec: QualitySpec): { [key: string]: number } {
  return spec.kind === 'business' ? { budget: spec.budget, dropBy: spec.dropBy } : { worseBy: spec.worseBy };
}

function valueOf(spec: QualitySpec, quality: Quality): number | null {
  switch (spec.metric) {
    case 'log-loss':
      return quality.logLoss;
    case 'roc-auc':
      return quality.rocAuc;
    case 'calibration':
      return quality.calibrationError;
    case 'caught-at-budget':
      return quality.gains === null ? null : caughtAt(quality.gains, spec.budget);
  }
}
