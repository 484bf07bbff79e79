/**
 * Danger: the demo praises itself. The words at its end must follow the figures, whichever way they point, and a window
 * of replay must neither lose a day nor count one twice.
 */
import { printSummary } from '../../../cli/demo/print-summary';
import type { DemoSummary, Means } from '../../../cli/demo/summary';
import { weeks } from '../../../cli/demo/windows';

function summary(alone: Means, kept: Means): DemoSummary {
  return {
    seconds: 1,
    state: '/state',
    temporalUi: null,
    serving: null,
    kept: false,
    provider: { name: 'cpu', note: '' },
    runs: [],
    versions: [],
    promotions: [],
    decisions: [
      {
        action: 'refuse',
        rule: 'cool-down',
        cause: 'accuracy',
        eventTime: '2001-02-08T00:00:00.000Z',
        version: null,
        reason: 'a',
      },
      {
        action: 'refuse',
        rule: 'cool-down',
        cause: 'accuracy',
        eventTime: '2001-02-08T00:00:00.000Z',
        version: null,
        reason: 'b',
      },
      {
        action: 'promote',
        rule: 'rolled-out',
        cause: null,
        eventTime: '2001-02-15T00:00:00.000Z',
        version: 2,
        reason: 'better by far',
      },
    ],
    windows: [],
    means: { alone, kept },
    artifacts: [],
  };
}

const low: Means = { logLoss: 0.4, rocAuc: 0.6, calibrationError: 0.01 };
const high: Means = { logLoss: 0.5, rocAuc: 0.7, calibrationError: 0.02 };

test('a kept model that is worse is called worse, measure by measure', () => {
  const text = printSummary(summary(low, high));
  expect(text).toMatch(/log loss +alone 0\.4000, kept 0\.5000: kept is worse by 0\.1000/);
  expect(text).toMatch(/ROC-AUC +alone 0\.6000, kept 0\.7000: kept is better by 0\.1000/);
  expect(text).toMatch(/calibration error +alone 0\.0100, kept 0\.0200: kept is worse by 0\.0100/);
});

test('a kept model that is better is called better, and one that is the same the same', () => {
  expect(printSummary(summary(high, low))).toMatch(/log loss .*kept is better by 0\.1000/);
  expect(printSummary(summary(low, low))).toMatch(/log loss .*kept is the same$/m);
});

test('refusals of one day and rule are one line with their count; what was done keeps its reason', () => {
  const text = printSummary(summary(low, high));
  expect(text).toMatch(/2001-02-08 +accuracy x2 +refuse +cool-down/);
  expect(text).toMatch(/2001-02-15 .*promote +better by far/);
});

test('weeks cover the span without a gap; the last one is what is left', () => {
  const windows = weeks('2001-02-01T00:00:00.000Z', '2001-07-01T00:00:00.000Z');
  expect(windows).toHaveLength(22);
  windows.slice(1).forEach((window, i) => expect(window.from).toBe(windows[i]?.to));
  expect(windows.at(-1)).toEqual({ from: '2001-06-28T00:00:00.000Z', to: '2001-07-01T00:00:00.000Z' });
});
