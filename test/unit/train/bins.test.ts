// Danger: with more bins than 16 bits tell apart, one feature's bins run into another's, and the model learns from rows that
// are not there. Wide categories reach that; nothing fails.
import type { CategoryColumn, FittedFeatures, NumberColumn } from '../../../activities/train/features/encoded';
import { fitVocabulary } from '../../../activities/train/features/vocabulary';
import { binColumns } from '../../../activities/train/gbdt/bins';
import { gbdt } from '../../../activities/train/gbdt/trainer';
import type { CategoryFeature, NumberFeature } from '../../../steps/features';

// A thread is started and models are fitted for real.
jest.setTimeout(60_000);

const NUMBER: NumberFeature = { kind: 'number', name: 'x', column: 'x' };
const named = (name: string): CategoryFeature => ({ kind: 'category', name, column: name, normalise: [] });

/** A category of so many codes, of which each row has the last, the first, and so on. */
function wide(name: string, size: number, rows: number): CategoryColumn {
  return {
    kind: 'category',
    feature: named(name),
    codes: Uint16Array.from({ length: rows }, (_, r) => (r % 2 === 0 ? size - 1 : 0)),
    size,
  };
}

test.each([
  [2 ** 16, Uint16Array],
  [2 ** 16 + 1, Uint32Array],
])('of %d bins each has a place of its own', (all, kind) => {
  const sizes = [40_000, all - 40_000];
  const { places, binStarts } = binColumns(
    sizes.map((size, f) => wide(`c${f}`, size, 2)),
    2,
    64,
  );
  expect(places).toBeInstanceOf(kind);
  expect(binStarts).toEqual([0, 40_000, all]);
  expect([...places]).toEqual([39_999, all - 1, 0, 40_000]);
});

test('what stands behind 65,536 bins of others is learnt as what stands alone', async () => {
  const rows = 2_000;
  const values = Float32Array.from({ length: rows }, (_, r) => (r * 7) % 100);
  const labels = Uint8Array.from(values, (v) => Number(v > 60));
  const number: NumberColumn = { kind: 'number', feature: NUMBER, values };
  // One code in all rows: there is nothing in them to be learnt.
  const others = ['a', 'b'].map((name) => ({ ...wide(name, 40_000, rows), codes: new Uint16Array(rows).fill(7) }));
  const fit = async (columns: (CategoryColumn | NumberColumn)[]) => {
    const vocabularies = new Map(['a', 'b'].map((name) => [name, fitVocabulary(named(name), ['one'])]));
    const features: FittedFeatures = { spec: { features: columns.map(({ feature }) => feature) }, vocabularies };
    const data = { rows, labels, positives: labels.reduce((a, b) => a + b, 0), columns };
    const parameters = { trees: 3, leaves: 4, learningRate: 0.3, minRowsInLeaf: 5, lambda: 1, bins: 64, rowShare: 1 };
    const options = { threads: 1, seed: 1, signal: new AbortController().signal, progress: () => undefined };
    return (await gbdt.fit(data, features, parameters, options)).trainingProbabilities;
  };
  const alone = await fit([number]);
  expect(await fit([...others, number])).toEqual(alone);
  expect(alone[9]).toBeGreaterThan(0.5);
  expect(alone[0]).toBeLessThan(0.5);
});
