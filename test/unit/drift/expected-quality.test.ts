// Danger: an estimate of quality without labels that is another one than the known estimate, or than what labels show.
// nannyml.json holds what NannyML 0.13.1 expects of the same probabilities; nannyml/record.py wrote it and says how.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { logLoss, rocAuc } from '../../../activities/evaluate/metrics';
import { expectedQuality } from '../../../activities/monitor/drift/expected-quality';
import { uniform } from './uniform';

const Quality = z.object({ rocAuc: z.number(), accuracy: z.number() });
const recorded = z
  .object({ byHand: Quality, ranked: Quality, estimator: Quality.extend({ calibrates: z.literal(false) }) })
  .parse(JSON.parse(readFileSync(join(__dirname, 'nannyml/nannyml.json'), 'utf8')));

const draw = uniform(11);
const probabilities = Float64Array.from({ length: 5000 }, draw);

// NannyML rounds the steps of its curve to five digits: in 2,500 that is 2e-9 each.
test('ROC-AUC and accuracy are what NannyML expects, function by function and as its estimator', () => {
  const got = expectedQuality(probabilities);
  for (const wanted of [recorded.byHand, recorded.estimator]) {
    expect(Math.abs((got?.rocAuc ?? NaN) / wanted.rocAuc - 1)).toBeLessThan(1e-8);
    expect(Math.abs((got?.accuracy ?? NaN) / wanted.accuracy - 1)).toBeLessThan(1e-12);
  }
});

test('scores that rank otherwise than the probabilities are judged by the probabilities', () => {
  const got = expectedQuality(probabilities, { scores: probabilities.map((p) => Math.abs(p - 0.7)) });
  expect(Math.abs((got?.rocAuc ?? NaN) / recorded.ranked.rocAuc - 1)).toBeLessThan(1e-8);
  expect(Math.abs((got?.accuracy ?? NaN) / recorded.ranked.accuracy - 1)).toBeLessThan(1e-12);
});

test('over many draws of labels the mean of each figure is the expected one', () => {
  const few = probabilities.subarray(0, 500);
  const got = expectedQuality(few);
  const rounds = 400;
  const sums = { rocAuc: 0, logLoss: 0, accuracy: 0, baseRate: 0 };
  for (let round = 0; round < rounds; round++) {
    const labels = Uint8Array.from(few, (p) => (draw() < p ? 1 : 0));
    sums.rocAuc += (rocAuc(labels, few) ?? NaN) / rounds;
    sums.logLoss += logLoss(labels, few) / rounds;
    sums.accuracy += labels.filter((label, row) => label === ((few[row] ?? 0) >= 0.5 ? 1 : 0)).length / 500 / rounds;
    sums.baseRate += labels.reduce((sum, label) => sum + label, 0) / 500 / rounds;
  }
  // Four standard errors of the mean of 400 windows of 500 rows are below 0.005 for each.
  for (const [name, mean] of Object.entries(sums)) {
    expect(Math.abs((got?.[name as keyof typeof sums] ?? NaN) - mean)).toBeLessThan(0.005);
  }
});

test('equal scores rank no row above another; one class alone has no curve; no row has nothing', () => {
  expect(expectedQuality(Float64Array.of(0.3, 0.3, 0.3))?.rocAuc).toBe(0.5);
  expect(expectedQuality(Float64Array.of(1, 1))).toEqual({ rocAuc: null, accuracy: 1, logLoss: 0, baseRate: 1 });
  expect(expectedQuality(new Float64Array())).toBeNull();
  expect(() => expectedQuality(Float64Array.of(0.5), { scores: new Float64Array() })).toThrow(RangeError);
});
