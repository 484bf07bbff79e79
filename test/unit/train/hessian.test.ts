// Danger: the second derivatives that are written out are not those of the rows. Newton's steps then still descend, only
// worse, and no figure of a finished model would tell.
import fc from 'fast-check';
import type { EncodedColumn } from '../../../activities/train/features/encoded';
import { DesignMatrix, designFor } from '../../../activities/train/linear/design';
import { LogisticLoss } from '../../../activities/train/linear/logistic';

const ROWS = 40;
const row = fc.record({
  x: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constant(NaN)),
  code: fc.nat({ max: 4 }),
  part: fc.nat({ max: 7 }),
  late: fc.boolean(),
});
const rows = fc.array(row, { minLength: ROWS, maxLength: ROWS });

test('products with the written second derivatives are those row by row', () => {
  fc.assert(
    fc.property(rows, fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 16, maxLength: 16 }), (drawn, w) => {
      const columns: EncodedColumn[] = [
        {
          kind: 'number',
          feature: { kind: 'number', name: 'x', column: 'x' },
          values: Float32Array.from(drawn, ({ x }) => x),
        },
        {
          kind: 'category',
          feature: { kind: 'category', name: 'c', column: 'c', normalise: [] },
          codes: Uint16Array.from(drawn, ({ code }) => code),
          size: 5,
        },
        {
          kind: 'calendar',
          feature: { kind: 'calendar', name: 'd', column: 'd', part: 'day-of-week' },
          codes: Uint16Array.from(drawn, ({ part }) => part),
          size: 7,
        },
      ];
      const design = designFor(columns);
      const matrix = new DesignMatrix(design, columns, ROWS);
      const { coefficients } = design;
      const labels = Uint8Array.from(drawn, ({ late }) => Number(late));
      const at = Float64Array.from(w, (x) => x / 10);
      const [written, byRow] = [true, false].map((writtenOut) =>
        new LogisticLoss(matrix, coefficients, labels, 0.5, writtenOut).modelAt(at),
      );
      const v = Float64Array.from(w);
      expect(v).toHaveLength(coefficients + 1);
      const expected = byRow?.hessianTimes(v) ?? [];
      expect(expected).toHaveLength(coefficients + 1);
      written?.hessianTimes(v).forEach((x, i) => {
        expect(x).toBeCloseTo(expected[i] ?? NaN, 9);
      });
      // The diagonal (of float32 squares: it only scales) is that of the matrix: what a product with a unit vector has in its place.
      written?.diagonal.forEach((x, i) => {
        const unit = new Float64Array(coefficients + 1);
        unit[i] = 1;
        expect(x).toBeCloseTo(Math.max(1e-12, written.hessianTimes(unit)[i] ?? NaN), 6);
      });
    }),
  );
});
