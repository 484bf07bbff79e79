// Danger: a change of the types that authors write with makes every pipeline slow in the editor, the more the larger it
// is, or makes a mistake cost more than its mending. The compiler counts exactly, so the counts are kept beside this file.
//
// When a count has changed for a reason: UPDATE_INSTANTIATIONS=1 npx jest --selectProjects=unit test/types, then look at
// the difference of instantiations.json, and say in the commit why it is worth it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from 'typescript';
import { z } from 'zod';
import { type Costs, measureCosts, SIZES } from '../../bench/types/count';
import { FORMS } from '../../bench/types/forms';
import { FLAT, REFUSED } from '../../bench/types/types';

jest.setTimeout(240_000);

/** A change of this share needs no new file: types that cost a little more somewhere. */
const MARGIN = 0.05;
const FILE = join(__dirname, 'instantiations.json');
const Counts = z.record(z.string(), z.int());
const Kept = z.object({ typescript: z.string(), nodes: Counts, forms: Counts });

let costs: Costs;

beforeAll(() => {
  costs = measureCosts();
  if (process.env['UPDATE_INSTANTIATIONS'] === undefined) return;
  const counts = {
    typescript: version,
    nodes: Object.fromEntries(SIZES.map((size, i) => [size, costs.nodes[i]?.instantiations])),
    forms: Object.fromEntries(FORMS.map(({ name }) => [name, costs.forms.get(name)?.instantiations])),
  };
  writeFileSync(FILE, `${JSON.stringify(counts, null, 2)}\n`);
});

test('a node costs as many instantiations in a pipeline of 300 as in one of 20', () => {
  const counts = costs.nodes.map(({ instantiations }) => instantiations);
  expect(Math.max(...counts) / Math.min(...counts)).toBeLessThanOrEqual(FLAT);
});

test('a call that is refused costs about what the right one does', () => {
  const count = (name: string): number => costs.forms.get(name)?.instantiations ?? Number.NaN;
  const ratios = FORMS.flatMap(({ name, refused }) => (refused ? [{ name, ratio: count(name) / count(refused) }] : []));
  expect(ratios.length).toBeGreaterThan(0);
  expect(ratios.filter(({ ratio }) => !(ratio <= REFUSED))).toEqual([]);
});

test('the counts are those that are kept', () => {
  const kept = Kept.parse(JSON.parse(readFileSync(FILE, 'utf8')));
  expect(kept.typescript).toBe(version);
  expect(Object.keys(kept.forms)).toEqual(FORMS.map(({ name }) => name));
  const now = new Map([
    ...SIZES.map((size, i): [string, number] => [String(size), costs.nodes[i]?.instantiations ?? 0]),
    ...[...costs.forms].map(([name, { instantiations }]): [string, number] => [name, instantiations]),
  ]);
  const moved = Object.entries({ ...kept.nodes, ...kept.forms }).filter(
    ([name, count]) => Math.abs((now.get(name) ?? 0) / count - 1) > MARGIN,
  );
  expect(moved.map(([name, count]) => `${name}: ${count} were kept, ${now.get(name)} are counted`)).toEqual([]);
});
