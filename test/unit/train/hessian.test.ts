// Danger: the second derivatives that are written out are not those of the rows. Newton's steps then still descend, only
// worse, and no figure of a finished model would tell.
import fc from 'fast-check';
import type { EncodedColumn } from '../../../activities/train/features/encoded';
import { DesignMatrix, designFor } from '../../../activities/train/linear/design';
import { symmetricTimes, writeHessian } from '../../../activities/train/linear/hessian';

const ROWS = 40;
const row = fc.record({
  x: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constant(NaN)),
  code: fc.nat({ max: 4 }),
  part: fc.nat({ max: 7 }),
  weight: fc.integer({ min: 0, max: 9 }),
});
const rows = fc.array(row, { minLength: ROWS, maxLength: ROWS });

test('a product with the written matrix is the product row by row', () => {
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
      const size = design.coefficients + 1;
      const v = Float64Array.from(w);
      expect(v).toHaveLength(size);
      const u = Float64Array.from(drawn, ({ weight }) => weight);

      const intercept = v[size - 1] ?? NaN;
      const weighted = matrix.times(v.subarray(0, size - 1)).map((xv, r) => (xv + intercept) * (u[r] ?? NaN));
      const expected = matrix.transposedTimes(weighted, size).map((x, i) => x + (i < size - 1 ? 0.5 * (v[i] ?? 0) : 0));
      expected[size - 1] = weighted.reduce((sum, x) => sum + x, 0);

      symmetricTimes(writeHessian(matrix, u, size, 0.5), v).forEach((x, i) => {
        expect(x).toBeCloseTo(expected[i] ?? NaN, 9);
      });
    }),
  );
});
