import type { Feature } from '../../../steps/features';
import type { FittedFeatures } from '../features/encoded';
import { FeatureGraph } from '../features/graph';
import type { Value } from '../onnx/graph';
import type { Term } from './design';

/** Writes a linear model as ONNX: each feature gives one [N, 1] summand of the log-odds; a code looks its own up. */
export function exportLinear(
  fitted: FittedFeatures,
  terms: readonly Term[],
  coefficients: Float64Array,
  intercept: number,
): Uint8Array {
  const features = new FeatureGraph(fitted);
  const summands = fitted.spec.features.map((feature, k) => {
    const term = terms[k];
    if (!term) throw new TypeError(`feature '${feature.name}' has no term`);
    return summand(features, feature, term, coefficients);
  });
  const { graph } = features;
  return features.finish(graph.node('Sum', [...summands, graph.float(intercept)]));
}

function summand(features: FeatureGraph, feature: Feature, term: Term, coefficients: Float64Array): Value {
  const { graph } = features;
  if (term.kind === 'number') {
    if (feature.kind !== 'number') throw new TypeError(`feature '${feature.name}' is no number`);
    return numberSummand(features, features.number(feature), term, coefficients);
  }
  if (feature.kind === 'number') throw new TypeError(`feature '${feature.name}' has no codes`);
  const code = feature.kind === 'category' ? features.category(feature) : features.calendar(feature);
  const data = Float32Array.from(coefficients.subarray(term.first, term.first + term.size));
  return graph.node('Gather', [graph.constant({ dims: [term.size], data }), code]);
}

function numberSummand(features: FeatureGraph, x: Value, term: Term & { kind: 'number' }, w: Float64Array): Value {
  const { graph } = features;
  const missing = graph.node('IsNaN', [x]);
  const present = graph.node('Where', [missing, graph.float(term.mean), x]);
  const clamped = graph.node('Min', [graph.node('Max', [present, graph.float(term.low)]), graph.float(term.high)]);
  const centred = graph.node('Sub', [clamped, graph.float(term.mean)]);
  const standard = graph.node('Mul', [centred, graph.float(term.scale)]);
  const sloped = graph.node('Mul', [standard, graph.float(w[term.first] ?? 0)]);
  return graph.node('Where', [missing, graph.float(w[term.first + 1] ?? 0), sloped]);
}
