/**
 * Danger: docs/STEPS.md, where one looks up a contract's fields, lacks one, names one that is gone, or says another
 * default than the code has; or has an example that does not compile.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { step } from '../../../core';
import { lengthText } from '../../../core/plan/time';
import { dense } from './dense';

const root = join(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/STEPS.md');

/** The rows of the table whose first column has this title: what the first cells name, and the whole row. */
function rows(title: string): { names: string[]; row: string }[] {
  const table = new RegExp(`^\\| ${title} \\|.*\\n\\|[-|]+\\n((?:\\|.*\\n)+)`, 'm').exec(page)?.[1] ?? '';
  return table
    .trimEnd()
    .split('\n')
    .map((row) => ({ names: [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''), row }));
}

/** The readonly members that a source's interface declares. */
function membersOf(path: string, name: string): string[] {
  const body = new RegExp(`interface ${name}\\b[^{]*{([^]*?)\\n}`).exec(read(path))?.[1] ?? '';
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, member]) => member ?? '').sort();
}

const named = (title: string): string[] =>
  rows(title)
    .flatMap(({ names }) => names)
    .sort();

/** What a contract may say: its own fields and those that pipelines and models have too. */
const contractFields = [
  ...membersOf('core/define/step.ts', 'StepOptions'),
  ...membersOf('core/define/about.ts', 'About'),
].sort();

test('the table of fields has a row for each that a contract may have, and for no other', () => {
  expect(contractFields).toEqual(expect.arrayContaining(['input', 'owners']));
  expect(named('field')).toEqual(contractFields);
});

test.each([
  ['`retry`', 'core/plan/retry.ts', 'RetryOptions'],
  ['`ctx`', 'core/define/context.ts', 'StepContext'],
])('the table of %s has a row for each member of %s: %s, and for no other', (title, path, name) => {
  const members = membersOf(path, name);
  expect(members.length).toBeGreaterThan(4);
  expect(named(title)).toEqual(members);
});

test('each field of a contract, and each option of a use, is said to be overridden or not to be', () => {
  const uses = ['NodeOptions', 'WorkOptions', 'RunOptions'].flatMap((name) => membersOf('core/define/graph.ts', name));
  expect(uses).toEqual(expect.arrayContaining(['id', 'retry', 'priority', 'after']));
  const contract = contractFields;
  const section = page.slice(page.indexOf('## What a use may ask for instead'), page.indexOf('## The code'));
  const table = section.split('\n').filter((line) => line.startsWith('| `'));
  const said = table.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(said.sort()).toEqual([...new Set([...uses, ...contract])].sort());
  const fixed = table.find((row) => row.includes('cannot be overridden')) ?? '';
  expect(uses.filter((name) => fixed.includes(`\`${name}\``))).toEqual([]);
});

test('the defaults are those of the code', () => {
  const contract = step('plain', { input: z.null(), output: z.null() });
  const light = step('plain', { input: z.null(), output: z.null(), light: true });
  const rowOf = (title: string, name: string): string =>
    rows(title).find(({ names }) => names.includes(name))?.row ?? '';
  expect(rowOf('field', 'pool')).toContain(`| \`'${contract.pool}'\` |`);
  expect(rowOf('field', 'timeout')).toContain(
    `| \`'${lengthText(contract.timeout)}'\`; light: \`'${lengthText(light.timeout)}'\` |`,
  );
  expect(rowOf('field', 'cache')).toContain(`| \`${contract.cache}\` |`);
  expect(rowOf('field', 'isolate')).toContain(`| \`${contract.isolate}\` |`);
  expect(rowOf('field', 'light')).toContain(`| \`${contract.light}\` |`);
  expect(rowOf('`retry`', 'attempts')).toContain(`| ${contract.retry.attempts} |`);
  expect(rowOf('`retry`', 'firstDelay')).toContain(`\`'${lengthText(contract.retry.firstDelay)}'\``);
  expect(rowOf('`retry`', 'factor')).toContain(`| ${contract.retry.factor} |`);
  expect(rowOf('`retry`', 'maxDelay')).toContain(`\`'${lengthText(contract.retry.maxDelay)}'\``);
});

const compiled = dense(read('test/types/steps-page.test-d.ts'));
const examples = [...page.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code ?? '');

test('its examples are found', () => {
  expect(examples).toHaveLength(3);
});

test.each(examples.map((code, at) => [at + 1, code] as const))('example %d compiles as it stands', (_at, code) => {
  expect(compiled).toContain(dense(code.replace(/^(?:import .*|\/\/ .*)$/gm, '')));
});
