/**
 * Danger: a rule that the configuration names and that finds nothing, because it was misspelt, because its option means another
 * thing to this linter, or because the half of the linter that reads types did not run. Each rule is shown what it is for.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { lint, root } from './lint-snippets';

/** What each rule refuses; in a file of the command, where no place is said. */
const refused: [rule: string, code: string, file?: string][] = [
  ['eslint/max-lines', `export {};${'\n'.repeat(600)}`],
  ['eslint/no-array-constructor', 'export const a = new Array(1, 2);'],
  ['eslint/no-console', "console.log('x');\nexport {};", 'core/new.ts'],
  ['eslint/no-unused-expressions', 'export const f = (a: number): void => {\n  a + 1;\n};'],
  ['eslint/no-unused-vars', 'const _kept = 1;\nexport {};'],
  ['eslint/no-unused-vars', 'const a = 1;\nexport type T = typeof a;'],
  ['eslint/no-useless-constructor', 'export class A {\n  n = 1;\n  constructor() {}\n}'],
  ['eslint/no-var', 'export var a = 1;'],
  ['eslint/prefer-const', 'let a = 1;\nexport const f = () => a;'],
  ['eslint/prefer-rest-params', 'export function f() {\n  return [...arguments];\n}'],
  ['eslint/prefer-spread', 'export const f = (g: (...a: number[]) => number, a: number[]) => g.apply(undefined, a);'],
  ['typescript/await-thenable', 'export const f = async () => {\n  await 1;\n};'],
  ['typescript/ban-ts-comment', '// @ts-expect-error no\nexport const a: string = 1;'],
  ['typescript/consistent-type-imports', "import { T } from './t.js';\nexport const a: T = 1;"],
  ['typescript/no-array-delete', 'export const f = (a: number[]) => {\n  delete a[0];\n};'],
  ['typescript/no-base-to-string', 'export const f = (a: { n: number }) => String(a);'],
  ['typescript/no-confusing-void-expression', 'export const f = (g: () => void) => g();'],
  ['typescript/no-deprecated', '/** @deprecated Say no. */\nconst old = 1;\nexport const a = old;'],
  ['typescript/no-duplicate-enum-values', 'export enum E {\n  A = 1,\n  B = 1,\n}'],
  ['typescript/no-duplicate-type-constituents', 'export type T = string | number | string;'],
  ['typescript/no-dynamic-delete', 'export const f = (a: Record<string, number>, k: string) => {\n  delete a[k];\n};'],
  ['typescript/no-empty-object-type', 'export type T = {};'],
  ['typescript/no-explicit-any', 'export type T = any;'],
  ['typescript/no-extra-non-null-assertion', 'export const f = (a: { n: number } | null) => a!!.n;'],
  ['typescript/no-extraneous-class', 'export class A {\n  static n = 1;\n}'],
  ['typescript/no-floating-promises', 'export const f = (a: Promise<void>) => {\n  a;\n};'],
  [
    'typescript/no-for-in-array',
    'export const f = (a: number[]) => {\n  for (const i in a) console.log(i);\n};',
    'cli/new.ts',
  ],
  ['typescript/no-generated-empty-object-type', 'export type T = Omit<{ a: 1 }, "a">;'],
  ['typescript/no-implied-eval', "setTimeout('x = 1', 1);\nexport {};"],
  ['typescript/no-invalid-void-type', 'export type T = string | void;'],
  ['typescript/no-meaningless-void-operator', 'export const f = (g: () => void) => {\n  void g();\n};'],
  ['typescript/no-misused-new', 'export interface I {\n  new (): I;\n}'],
  ['typescript/no-misused-promises', 'export const f = (a: Promise<number>) => (a ? 1 : 2);'],
  [
    'typescript/no-misused-promises',
    'export const f = (a: number[], g: (n: number) => Promise<void>) => {\n  a.forEach(g);\n};',
  ],
  ['typescript/no-misused-spread', 'export const f = (a: Promise<number>) => ({ ...a });'],
  ['typescript/no-mixed-enums', "export enum E {\n  A = 1,\n  B = 'b',\n}"],
  ['typescript/no-namespace', 'export namespace N {\n  export const a = 1;\n}'],
  ['typescript/no-non-null-asserted-nullish-coalescing', 'export const f = (a: { n: number | null }) => a.n! ?? 1;'],
  ['typescript/no-non-null-asserted-optional-chain', 'export const f = (a?: { n: number }) => a?.n!;'],
  ['typescript/no-non-null-assertion', 'export const f = (a: number | null) => a!;'],
  ['typescript/no-redundant-type-constituents', 'export type T = unknown | string;'],
  ['typescript/no-require-imports', "import t = require('./t.js');\nexport const a = t;"],
  [
    'typescript/no-this-alias',
    'export class A {\n  n = 1;\n  f() {\n    const self = this;\n    return () => self.n;\n  }\n}',
  ],
  ['typescript/no-unnecessary-boolean-literal-compare', 'export const f = (a: boolean) => (a === true ? 1 : 2);'],
  ['typescript/no-unnecessary-condition', 'export const f = (a: { n: number }) => a?.n;'],
  ['typescript/no-unnecessary-condition', 'export const f = (a: { n: number }) => (a ? 1 : 2);'],
  ['typescript/no-unnecessary-condition', "export const f = (a: 'x' | 'y') => a === 'x' || a === 'y' || a === 'x';"],
  ['typescript/no-unnecessary-template-expression', "export const a = `${'x'}`;"],
  [
    'typescript/no-unnecessary-type-arguments',
    'const g = <T = string>(a: T[]) => a;\nexport const f = () => g<string>([]);',
  ],
  ['typescript/no-unnecessary-type-assertion', 'export const f = (a: number) => a as number;'],
  ['typescript/no-unnecessary-type-constraint', 'export type T<A extends unknown> = A[];'],
  ['typescript/no-unnecessary-type-conversion', 'export const f = (a: string) => String(a);'],
  ['typescript/no-unnecessary-type-parameters', 'export function f<T>(a: T): void {\n  JSON.stringify(a);\n}'],
  ['typescript/no-unsafe-argument', "export const f = (g: (n: number) => number) => g(JSON.parse('1'));"],
  ['typescript/no-unsafe-assignment', "export const a = JSON.parse('1');"],
  ['typescript/no-unsafe-assignment', "export const a: number = JSON.parse('1');"],
  ['typescript/no-unsafe-call', "export const f = () => {\n  JSON.parse('1')();\n};"],
  ['typescript/no-unsafe-declaration-merging', 'export interface A {\n  m: number;\n}\nexport class A {\n  n = 1;\n}'],
  ['typescript/no-unsafe-enum-assignment', 'enum E {\n  A = 1,\n}\nexport const f = (n: number): E => n;'],
  ['typescript/no-unsafe-enum-comparison', 'enum E {\n  A = 1,\n}\nexport const f = (e: E) => e === 1;'],
  ['typescript/no-unsafe-function-type', 'export type T = Function;'],
  ['typescript/no-unsafe-member-access', "export const f = () => {\n  void JSON.parse('1').n;\n};"],
  ['typescript/no-unsafe-return', "export const f = () => JSON.parse('1');"],
  ['typescript/no-unsafe-unary-minus', 'export const f = (a: string) => -a;'],
  ['typescript/no-useless-default-assignment', 'export const a = [1].map((n = 0) => n);'],
  ['typescript/no-wrapper-object-types', 'export type T = String;'],
  ['typescript/only-throw-error', "export const f = () => {\n  throw 'x';\n};"],
  ['typescript/prefer-as-const', "export const a = 'x' as 'x';"],
  ['typescript/prefer-literal-enum-member', "export enum E {\n  A = 'x'.length,\n}"],
  ['typescript/prefer-namespace-keyword', 'declare module N {\n  const a: number;\n}\nexport type T = typeof N.a;'],
  ['typescript/prefer-promise-reject-errors', "export const f = () => Promise.reject<number>('x');"],
  [
    'typescript/prefer-reduce-type-parameter',
    'export const f = (a: string[]) => a.reduce((all, one) => all.concat(one), [] as string[]);',
  ],
  ['typescript/prefer-return-this-type', 'export class A {\n  n = 1;\n  f(): A {\n    return this;\n  }\n}'],
  [
    'typescript/related-getter-setter-pairs',
    'export class A {\n  #n = 1;\n  get n(): number | string {\n    return this.#n;\n  }\n  set n(n: number) {\n    this.#n = n;\n  }\n}',
  ],
  ['typescript/require-await', 'export const f = async () => 1;'],
  ['typescript/restrict-plus-operands', "export const f = (a: number) => a + 'x';"],
  ['typescript/restrict-template-expressions', 'export const f = (a: { n: number }) => `${a}`;'],
  ['typescript/restrict-template-expressions', 'export const f = (a: number[]) => `${a}`;'],
  [
    'typescript/return-await',
    'export const f = async (g: () => Promise<number>) => {\n  try {\n    return g();\n  } catch {\n    return 1;\n  }\n};',
  ],
  ['typescript/triple-slash-reference', '/// <reference path="./t.ts" />\nexport {};'],
  [
    'typescript/unbound-method',
    'export class A {\n  n = 1;\n  f() {\n    return this.n;\n  }\n}\nexport const f = (a: A) => [a.f];',
  ],
  [
    'typescript/unified-signatures',
    'export function f(a: number): void;\nexport function f(a: string): void;\nexport function f(a: number | string): void {\n  JSON.stringify(a);\n}',
  ],
  [
    'typescript/use-unknown-in-catch-callback-variable',
    'export const f = (a: Promise<void>) => a.catch((error) => {\n  throw error;\n});',
  ],
  ['house/no-doubtful-cast', 'export const a = JSON.parse("1") as unknown as string;'],
  ['house/nominal-class', 'export class A {\n  n = 1;\n}'],
];

const UNUSED = 'Unused eslint-disable directive (no problems were reported).';

/** What is refused without a rule's name, and what is not refused. */
const others: [name: string, code: string, said: string[], file?: string][] = [
  ['a comment that switches off what says nothing', '// eslint-disable-next-line\nexport const a = 1;', [UNUSED]],
  [
    'a rule of types switched off',
    "// oxlint-disable-next-line typescript/no-unsafe-return\nexport const f = () => JSON.parse('1');",
    [],
  ],
  [
    "the same by ESLint's name",
    "// eslint-disable-next-line @typescript-eslint/no-unsafe-return\nexport const f = () => JSON.parse('1');",
    [],
  ],
  ['what the command prints', "console.log('x');\nexport {};", []],
  ['numbers and booleans in a template', 'export const f = (a: number, b: boolean) => `${a} ${b}`;', []],
  ['a test that awaits nothing', 'export const f = async (g: () => void) => g();', [], 'test/unit/new.ts'],
  ['a promise that is waited for', 'export const f = async (a: Promise<void>) => {\n  await a;\n};', []],
];

const RULES = z.object({ rules: z.record(z.string(), z.unknown()) });

let answers: string[][];
beforeAll(async () => {
  const snippets = [
    ...refused.map(([, code, file]) => ({ code, file })),
    ...others.map(([, code, , file]) => ({ code, file })),
  ];
  answers = await lint(snippets.map(({ code, file = 'cli/new.ts' }) => ({ code, file })));
}, 60_000);

test('every rule of the configuration is shown here or with the import law', () => {
  const { rules } = RULES.parse(JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')));
  const shown = new Set(['house/import-law', 'house/no-module-memory', ...refused.map(([rule]) => rule)]);
  expect([...shown].sort()).toEqual(Object.keys(rules).sort());
});

test('no folder has a tsconfig.json of its own, by which the linter would read the types of its files', () => {
  const { include } = z
    .object({ include: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')));
  const folders = include.filter((name) => !name.endsWith('.ts') && existsSync(join(root, name)));
  const files = folders.flatMap((name) => readdirSync(join(root, name), { recursive: true, encoding: 'utf8' }));
  expect(files.filter((file) => /(^|[\\/])tsconfig\.json$/.test(file))).toEqual([]);
});

test.each(refused.map(([rule, code], at) => ({ rule, code, at })))('$rule refuses: $code', ({ rule, at }) => {
  expect(answers[at]).toContain(rule);
});

test.each(others.map(([name, , said], at) => ({ name, said, at: refused.length + at })))('$name', ({ said, at }) => {
  expect(answers[at]).toEqual(said);
});
