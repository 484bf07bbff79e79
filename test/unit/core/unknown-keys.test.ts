/**
 * Danger: a key of a config that is spelt wrongly, dropped without a word, so that a run trains with the default; and
 * the opposite, a config refused for a key that its schema does take.
 */
import { z } from 'zod';
import { parseConfig as parseAtWorker } from '../../../activities/parse-config';
import { parseConfig } from '../../../client/runnable';
import { pipeline, step } from '../../../core';
import { unknownKeys } from '../../../core/define/unknown-keys';
import { nearest } from '../../../core/define/nearest';

interface Tree {
  readonly name: string;
  readonly parts: readonly Tree[];
}
const Tree: z.ZodType<Tree> = z.lazy(() => z.object({ name: z.string(), parts: z.array(Tree) }));

const plain = z.object({ a: z.int().optional() });
const Schema = z.object({
  count: z.int().default(1),
  nested: plain.default({}),
  prefault: plain.prefault({}),
  list: z.array(plain.nullable()).optional(),
  pair: z.tuple([plain], plain).optional(),
  byName: z.record(z.string(), plain).optional(),
  kind: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('x'), x: z.int() }),
      z.looseObject({ type: z.literal('y') }),
    ])
    .optional(),
  tree: Tree.optional(),
  strict: z.strictObject({ a: z.int().optional() }).optional(),
  changed: plain.transform(({ a }) => ({ b: a })).optional(),
  loose: z.looseObject({ a: z.int().optional() }).optional(),
  caught: z.object({}).catchall(z.int()).optional(),
  either: z.union([plain, z.object({ b: z.int() })]).optional(),
  both: z.intersection(plain, z.object({ b: z.int().optional() })).optional(),
  anything: z.unknown().optional(),
  read: z.preprocess((value) => value, plain).optional(),
});

describe('what the schema would drop is found', () => {
  it.each<[string, unknown, string[]]>([
    ['at the top', { cont: 3 }, ['cont']],
    ['in an object with a default', { nested: { b: 1 }, prefault: { c: 1 } }, ['nested.b', 'prefault.c']],
    ['in a list', { list: [{ a: 1 }, null, { b: 1 }] }, ['list.2.b']],
    ['in a tuple and its rest', { pair: [{ b: 1 }, { a: 1 }, { c: 1 }] }, ['pair.0.b', 'pair.2.c']],
    ['in the values of a record, whose keys are free', { byName: { any: { a: 1, b: 2 } } }, ['byName.any.b']],
    ['in the variant that is named', { kind: { type: 'x', x: 1, y: 2 } }, ['kind.y']],
    ['at any depth', { tree: { name: 'a', parts: [{ name: 'b', parts: [], nmae: 'c' }] } }, ['tree.parts.0.nmae']],
    ['in a strict object', { strict: { b: 1 } }, ['strict.b']],
    ['before a transform', { changed: { a: 1, c: 2 } }, ['changed.c']],
    ['of a name that every object inherits', { toString: 1 }, ['toString']],
  ])('%s', (_, value, paths) => {
    expect(unknownKeys(Schema, value).map(({ path }) => path)).toEqual(paths);
  });
});

describe('what the schema takes, or may take, is let through', () => {
  it.each<[string, unknown]>([
    ['every key that is declared', { count: 1, nested: { a: 1 }, list: [], tree: { name: 'a', parts: [] } }],
    ['a loose object', { loose: { b: 1 } }],
    ['a catch-all', { caught: { b: 1 } }],
    ['a variant that is loose', { kind: { type: 'y', z: 1 } }],
    ['a variant that there is not: zod says so', { kind: { type: 'z', z: 1 } }],
    ['another union', { either: { b: 1, c: 1 } }],
    ['an intersection', { both: { a: 1, b: 1 } }],
    ['a value without a schema of its own', { anything: { b: { c: 1 } } }],
    ['what a function reads first', { read: { b: 1 } }],
    ['a key without a value', { cont: undefined }],
    ['what is no object', 'text'],
    ['a list where an object is asked for: zod says so', { nested: [{ b: 1 }] }],
  ])('%s', (_, value) => {
    expect(unknownKeys(Schema, value)).toEqual([]);
  });
});

const noop = step('noop', { input: z.object({ count: z.int() }), output: z.null() });
const line = pipeline('line', {
  config: z.object({ count: z.int().default(1), holdOut: z.object({ share: z.number() }).default({ share: 0.2 }) }),
  graph: (g, { count }) => g.run(noop, { count }),
});

describe('a config with a key that is unknown is refused, with what was meant', () => {
  const refusals: [string, unknown, string][] = [
    ['near a known one', { cuont: 3 }, "(cuont: there is no key 'cuont', did you mean 'count'?)"],
    ['short for a known one', { hold: {} }, "(hold: there is no key 'hold', did you mean 'holdOut'?)"],
    ['in case only', { holdout: {} }, "did you mean 'holdOut'?"],
    ['far from all', { verbose: true }, "(verbose: there is no key 'verbose' (known: count, holdOut))"],
    ['nested', { holdOut: { share: 0.1, seed: 1 } }, "(holdOut.seed: there is no key 'seed' (known: share))"],
    [
      'beside what zod refuses',
      { count: 'x', zzzz: 1 },
      "(zzzz: there is no key 'zzzz' (known: count, holdOut); count: ",
    ],
  ];
  it.each(refusals)('by the client: %s', (_, config, text) => {
    expect(() => parseConfig(line, config)).toThrow(text);
    expect(() => parseConfig(line, config)).toThrow(/^\[PER_RUN_013\] The config of line was refused/);
  });

  it.each(refusals)('by the worker, which runs what no client has checked: %s', async (_, config, text) => {
    await expect(parseAtWorker(line, config)).rejects.toThrow(text);
    await expect(parseAtWorker(line, config)).rejects.toMatchObject({ code: 'PER_RUN_013', fault: 'user' });
  });

  it('once, also where the schema is strict itself', () => {
    const strict = { name: 'strict', config: z.strictObject({ count: z.int() }) };
    expect(() => parseConfig(strict, { count: 1, cuont: 2 })).toThrow(
      "was refused (cuont: there is no key 'cuont', did you mean 'count'?). Correct",
    );
  });
});

test('of many keys the first ten are named', () => {
  const config = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`wrong${i}`, i]));
  const refused = (): unknown => parseConfig(line, config);
  expect(refused).toThrow(/wrong9: there is no key 'wrong9' \([^)]*\); and 4990 more\)/);
});

test('what a graph wires into a call may hold more than is asked for, and is dropped; what is missing is refused', async () => {
  expect(await parseAtWorker(line, { count: 2, note: 'of another row' }, 'dropped')).toEqual({
    count: 2,
    holdOut: { share: 0.2 },
  });
  await expect(parseAtWorker(line, { count: 'x', note: 1 }, 'dropped')).rejects.toThrow(/was refused \(count: [^;]*\)/);
});

test('a default config is as it was', () => {
  expect(parseConfig(line, {})).toEqual({ count: 1, holdOut: { share: 0.2 } });
});

test('nothing is meant by what resembles nothing', () => {
  expect(nearest('zzz', ['count', 'folder'])).toBeNull();
  expect(nearest('n', ['name'])).toBeNull();
  expect(nearest('ocunt', ['folder', 'count'])).toBe('count');
});
