// Danger: rows that are laid out once for several models, or cut into parts, are mixed up on the way, and a model is
// judged on another row's label.
import { layOutRows, openScorer } from '../../../activities/evaluate/score';
import type { RawRows } from '../../../activities/train/features/read-raw';
import { tinyBytes } from '../../tiny-model';

const ROWS = 20_000;

function someRows(): RawRows {
  const x = Float32Array.from({ length: ROWS }, (_, i) => (i % 17 === 0 ? NaN : (i % 101) / 50 - 1));
  const carrier = Array.from({ length: ROWS }, (_, i) => (i % 3 === 0 ? 'AA' : ''));
  const at = BigInt64Array.from({ length: ROWS }, (_, i) => BigInt(i));
  return {
    rows: ROWS,
    columns: new Map<string, Float32Array | string[] | BigInt64Array>(Object.entries({ x, carrier, at })),
  };
}

/** What the tiny model of this weight answers to a row, in float64. */
function expected(weight: number, i: number): number {
  const x = i % 17 === 0 ? 0 : (i % 101) / 50 - 1;
  return 1 / (1 + Math.exp(-(weight * x + (i % 3 === 0 ? 1 : 0))));
}

test('rows laid out once are cut into parts and answered in order by every model that scores them', async () => {
  const batch = layOutRows(someRows());
  expect(batch.parts.map((part) => part.rows)).toEqual([8_192, 8_192, 3_616]);
  for (const weight of [1, -2, 1]) {
    const scorer = await openScorer(tinyBytes({ weight }), ['cpu'], 2);
    const answered = await scorer.score(batch);
    await scorer.release();
    expect(answered).toHaveLength(ROWS);
    const apart = answered.reduce((worst, p, i) => Math.max(worst, Math.abs(p - expected(weight, i))), 0);
    expect(apart).toBeLessThan(1e-6);
  }
});

test('a model that asks for a column which the rows do not have is refused by name', async () => {
  const { rows, columns } = someRows();
  const scorer = await openScorer(tinyBytes(), ['cpu'], 1);
  const without = { rows, columns: new Map([...columns].filter(([name]) => name !== 'carrier')) };
  await expect(scorer.score(without)).rejects.toMatchObject({
    code: 'PER_MODEL_010',
    detail: expect.stringContaining("'carrier'") as unknown,
  });
  await scorer.release();
});
