// Danger: an example of docs/SEGMENTS.md, or of a doc comment of `perennial-ml/segments`, that does not compile. Each stands here as it
// stands there (unit tests compare them, spaces and imports aside).
import { z } from 'zod';
import { findWeakSegments } from '../../activities/evaluate/segments';
import { welch } from '../../activities/evaluate/segments/welch';
import { gte, pipeline } from '../../core';
import { Dataset, FeatureSpec, Label, ModelArtifact, weakSegments } from '../../steps';

export const judgeChurn = pipeline('judge-churn', {
  config: z.object({
    test: Dataset,
    model: ModelArtifact,
    features: FeatureSpec,
    label: Label,
    alarm: z.int().default(3),
  }),
  graph: (g, { test, model, features, label, alarm }) => {
    const found = g.run(weakSegments, { dataset: test, label, scored: { kind: 'model', model, features } });
    return g.branch('many', gte(found.weak, alarm), {
      then: () => g.approval('look', { show: found.segments, timeout: '3d' }),
    });
  },
});

declare const labels: Uint8Array;
declare const probabilities: Float64Array;
declare const ages: Float64Array;

export function found(): string[] {
  const { segments } = findWeakSegments({
    labels,
    probabilities,
    columns: [{ name: 'age', kind: 'number', values: ages }],
  });
  const weak = segments.filter((segment) => segment.weak).map(({ text, difference }) => `${text}: ${difference.mean}`);
  return weak;
}

export function clear(): number[] {
  const { effect, chance } = welch({ rows: 100, sum: 60, squares: 50 }, { rows: 900, sum: 400, squares: 300 });
  return [effect, chance];
}

// @ts-expect-error what is scored is a model or a column of probabilities, not both
export const both: z.input<typeof weakSegments.input>['scored'] = { kind: 'column', model: 'm' };
