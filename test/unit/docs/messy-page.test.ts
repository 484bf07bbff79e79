// Danger: the page that walks through the messy table shows rules that the pipeline does not have.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectations, features, rules } from '../../../pipelines/movie-ratings/data';
import { dense } from './dense';

const read = (path: string): string => readFileSync(join(__dirname, '../../..', path), 'utf8');
const page = read('docs/MESSY-DATA.md');

test('its examples are those of the pipeline, word for word', () => {
  const declared = dense(read('pipelines/movie-ratings/data.ts'));
  const examples = [...page.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code ?? '');
  expect(examples).toHaveLength(3);
  // A rule stands there in a list, here in a constant.
  for (const code of examples) expect(declared).toContain(dense(code.replace(/^const \w+: [^=]*= |;\n$/g, '')));
});

test('it lists each rule with its kind, in their order, and says how many expectations and features there are', () => {
  const lines = [...page.matchAll(/^\| `(\w+)` \| ([\w-]+) \| \d+ \|$/gm)].map(([, name, kind]) => [name, kind]);
  expect(lines).toEqual(rules.map(({ name, kind }) => [name, kind]));
  const of = (severity: string): number => expectations.filter((one) => one.severity === severity).length;
  expect([of('fail'), of('warn'), features.features.length]).toEqual([14, 5, 9]);
  for (const said of ['Fourteen expectations are `fail`', 'Five are `warn`', 'Nine features'])
    expect(page).toContain(said);
});
