import type { Form } from './forms';

/** A source with so many nodes, each of a step of its own, in chains of ten: as wide as it is long. */
export function nodesOf(count: number): string {
  return graph(
    range(count).map((i) => contract(i)),
    range(count).map((i) => {
      const from = i % 10 === 0 ? { name: 'config', key: '' } : { name: `a${i - 1}`, key: String(i) };
      const input = `{ n${i}: ${from.name}.n${from.key}, text${i}: ${from.name}.text${from.key} }`;
      return `const a${i} = g.run(s${i}, ${input}, { id: 'a${i}' });`;
    }),
    count === 0 ? '' : `last: a${count - 1}`,
  );
}

/** The same graph as plain functions over the same schemas: what is paid without a pipeline. */
export function functionsOf(count: number): string {
  const functions = range(count).map((i) => {
    const from = i % 10 === 0 ? { name: 'config', key: '' } : { name: `a${i - 1}`, key: String(i) };
    return `const a${i} = await s${i}({ n${i}: ${from.name}.n${from.key}, text${i}: ${from.name}.text${from.key} });`;
  });
  return [
    `import { z } from 'zod';`,
    ...range(count).map(
      (i) =>
        `${schemas(i)}
declare function s${i}(input: z.input<typeof in${i}>): Promise<z.output<typeof out${i}>>;`,
    ),
    `const Config = z.object({ n: z.int(), text: z.string(), on: z.boolean(), seeds: z.array(z.int()) });`,
    `export async function generated(config: z.output<typeof Config>) {`,
    ...functions,
    `return { ${count === 0 ? '' : `last: a${count - 1}`} };`,
    `}`,
  ].join('\n');
}

/** A source that uses a form so many times, each time with a step of its own. */
export function usesOf(form: Form, count: number): string {
  return graph(
    range(count).map((i) => `${contract(i)}${form.declare?.(i) ?? ''}`),
    range(count).map((i) => form.use(i)),
    '',
  );
}

function graph(declarations: readonly string[], body: readonly string[], value: string): string {
  return [
    `import { z } from 'zod';`,
    `import * as p from '../../core';`,
    ...declarations,
    `export const generated = p.pipeline('generated', {`,
    `config: z.object({ n: z.int(), text: z.string(), on: z.boolean(), seeds: z.array(z.int()) }),`,
    `graph(g, config) {`,
    ...body,
    `return { ${value} };`,
    `} });`,
  ].join('\n');
}

/** Types that no other node shares: what is shared is instantiated once, and would cost nothing however often it is used. */
function schemas(i: number): string {
  const rows = `z.array(z.object({ key${i}: z.string(), weight: z.number() }))`;
  return `const in${i} = z.object({ n${i}: z.int(), text${i}: z.string() });
const out${i} = z.object({ n${i + 1}: z.int(), text${i + 1}: z.string(), rows: ${rows} });`;
}

function contract(i: number): string {
  return `${schemas(i)}
const s${i} = p.step('s${i}', { input: in${i}, output: out${i} });
`;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
