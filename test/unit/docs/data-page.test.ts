/**
 * Danger: docs/DATA.md has an example that does not compile, lacks a kind of source, or names an error that is none.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../../../core/errors';
import { Format, Source } from '../../../steps';
import { dense } from './dense';

const read = (path: string): string => readFileSync(join(__dirname, '../../..', path), 'utf8');
const page = read('docs/DATA.md');
const compiled = dense(read('test/types/data-page.test-d.ts'));
const examples = [...page.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code ?? '');

test('its examples compile as they stand', () => {
  expect(examples.length).toBeGreaterThan(0);
  for (const code of examples) expect(compiled).toContain(dense(code.replace(/^(?:import .*|\/\/ .*)$/gm, '')));
});

test('every kind of source and of format has its place', () => {
  const sources = Source.options.map(({ shape }) => shape.kind.value);
  expect(sources.filter((kind) => !page.includes(`\n| \`${kind}\` |`))).toEqual([]);
  const formats = Format.options.map(({ shape }) => shape.kind.value);
  expect(formats.filter((kind) => !page.includes(`\n- \`{ kind: '${kind}' }\``))).toEqual([]);
});

test('every error that it names is one', () => {
  const named = [...page.matchAll(/PER_[A-Z]+_\d+/g)].map(([code]) => code);
  expect(named.filter((code) => !(code in ERRORS))).toEqual([]);
});
