/** One way to write a node, as source text. Inside, `g`, `config` and a step `s<i>` of its own are there, and `p` is the package. */
export interface Form {
  readonly name: string;
  /** What stands before the pipeline. */
  readonly declare?: (i: number) => string;
  /** One use. */
  readonly use: (i: number) => string;
  /** For a use that the compiler must refuse, with one error: the form that it should have been. */
  readonly refused?: string;
}

const right = (name: string, use: Form['use'], declare?: Form['declare']): Form => ({
  name,
  use,
  ...(declare && { declare }),
});
const wrong = (refused: string, name: string, use: Form['use']): Form => ({ name: `wrong: ${name}`, use, refused });

const run = (i: number, n = 'config.n', options = `{ id: 'a${i}' }`): string =>
  `g.run(s${i}, { n${i}: ${n}, text${i}: config.text }, ${options})`;

/** Every way to write a node, and calls that the compiler must refuse without thinking long. */
export const FORMS: readonly Form[] = [
  right('run', (i) => `const a${i} = ${run(i)};`),
  right('map', (i) => `const a${i} = g.map('a${i}', config.seeds, (seed) => ${run(i, 'seed')});`),
  right(
    'map that tolerates',
    (i) => `const a${i} = g.map('a${i}', config.seeds, (seed) => ${run(i, 'seed')}, { tolerate: 2 });`,
  ),
  right(
    'branch',
    (i) =>
      `const a${i} = g.branch('a${i}', p.gte(config.n, ${i}), { then: () => ${run(i)}, else: () => ({ else${i}: config.n }) });`,
  ),
  right(
    'until',
    (i) =>
      `const a${i} = g.until('a${i}', { n: config.n, t${i}: config.text }, (last) => { const b = ${run(i, 'last.n')};
return { next: { n: b.n${i + 1}, t${i}: b.text${i + 1} }, done: p.lt(b.n${i + 1}, 3) }; }, { max: 10 });`,
  ),
  right(
    'approval',
    (i) => `const a${i} = g.approval('a${i}', { show: config.n, answer: z.object({ share${i}: z.number() }) });`,
  ),
  right('wait', (i) => `const a${i} = g.wait('a${i}', { until: config.text }); const b${i} = a${i}.until;`),
  right(
    'call',
    (i) => `const a${i} = g.call(p${i}, { c${i}: config.n });`,
    (i) =>
      `const p${i} = p.pipeline('p${i}', { config: z.object({ c${i}: z.int() }), graph: (_, c) => ({ d${i}: c.c${i} }) });`,
  ),
  right('always', (i) => `g.always('a${i}', (end) => { ${run(i, '1').replace('config.text', 'end.status')}; });`),
  right(
    'expressions',
    (i) =>
      `const a${i} = ${run(i)}; const best${i} = p.maxBy(a${i}.rows, (row) => row.weight);
g.branch('b${i}', p.gt(p.add(best${i}.weight, 1), p.sum(p.pluck(a${i}.rows, (row) => row.weight))), { then: () => p.template\`\${best${i}.key${i}}\` });`,
  ),
  wrong('run', 'a value of another type', (i) => `const a${i} = ${run(i, 'config.text')};`),
  wrong('run', 'a missing input', (i) => `const a${i} = g.run(s${i}, { n${i}: config.n });`),
  wrong(
    'run',
    'an unknown input',
    (i) => `const a${i} = g.run(s${i}, { n${i}: config.n, text${i}: config.text, more: config.n });`,
  ),
  wrong('run', 'an unknown output', (i) => `const a${i} = ${run(i)}; const b${i} = a${i}.nothing;`),
  wrong('map', 'a map over no list', (i) => `const a${i} = g.map('a${i}', config.n, () => ${run(i)});`),
  wrong('wait', 'a wait for no time', (i) => `const a${i} = g.wait('a${i}', { until: config.seeds });`),
  wrong(
    'branch',
    'a branch on no condition',
    (i) => `const a${i} = g.branch('a${i}', config.n, { then: () => ${run(i)} });`,
  ),
  wrong(
    'until',
    'an until that hands on something else',
    (
      i,
    ) => `const a${i} = g.until('a${i}', { n: config.n, t${i}: config.text }, (last) => { const b = ${run(i, 'last.n')};
return { next: { n: b.text${i + 1}, t${i}: b.text${i + 1} }, done: p.lt(b.n${i + 1}, 3) }; }, { max: 10 });`,
  ),
];
