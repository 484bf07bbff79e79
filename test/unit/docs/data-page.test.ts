/**
 * Danger: a page on data has an example that does not compile, lacks a kind of source, expectation or rule, or names an error that
 * is none.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../../../core/errors';
import { CleaningRule, Expectation, Format, SegmentOptions, Source } from '../../../steps';
import { dense } from './dense';

const read = (path: string): string => readFileSync(join(__dirname, '../../..', path), 'utf8');
const page = read('docs/DATA.md');
const pages = {
  DATA: page,
  VALIDATION: read('docs/VALIDATION.md'),
  CLEANING: read('docs/CLEANING.md'),
  SEGMENTS: read('docs/SEGMENTS.md'),
  JOINS: read('docs/JOINS.md'),
};
const compiled = dense(read('test/types/data-page.test-d.ts') + read('test/types/segments-page.test-d.ts'));

test.each(Object.entries(pages))('the examples of %s compile as they stand', (_name, text) => {
  const examples = [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code ?? '');
  expect(examples.length).toBeGreaterThan(0);
  for (const code of examples) expect(compiled).toContain(dense(code.replace(/^(?:import .*|\/\/ .*)$/gm, '')));
});

test('every kind of source and of format has its place', () => {
  const sources = Source.options.map(({ shape }) => shape.kind.value);
  expect(sources.filter((kind) => !page.includes(`\n| \`${kind}\` |`))).toEqual([]);
  const formats = Format.options.map(({ shape }) => shape.kind.value);
  expect(formats.filter((kind) => !page.includes(`\n- \`{ kind: '${kind}' }\``))).toEqual([]);
});

test('every kind of expectation and every cleaning rule has its place', () => {
  const kinds = Expectation.options.flatMap(({ shape }) => [...shape.kind.values]);
  expect(kinds.filter((kind) => !pages.VALIDATION.includes(`\`${kind}\``))).toEqual([]);
  const rules = CleaningRule.options.flatMap(({ shape }) => [...shape.kind.values]);
  expect(rules.filter((kind) => !pages.CLEANING.includes(`\`${kind}\``))).toEqual([]);
});

test('every option of weak segments has its place, with its default', () => {
  const { measure, ...others } = SegmentOptions.parse({});
  expect(pages.SEGMENTS).toContain(`\n| \`${measure}\` (default) |`);
  for (const [name, value] of Object.entries(others)) expect(pages.SEGMENTS).toContain(`\n| \`${name}\` | ${value} |`);
});

test.each(Object.entries(pages))('every error that %s names is one', (_name, text) => {
  const named = [...text.matchAll(/PER_[A-Z]+_\d+/g)].map(([code]) => code);
  expect(named.filter((code) => !(code in ERRORS))).toEqual([]);
});
