// Danger: a second interpreter. A test kit, a dry run or a dashboard that works out for itself what a plan does next agrees
// with the engine on the day that it is written. Whoever decides on running asks core/interpret; the check is shown to
// find others.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { interpretersIn, takenFromInterpreter } from './interpreters';

const root = join(__dirname, '../../..');
const { include } = readJson(join(root, 'tsconfig.json'));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

function readJson(file: string): { include: string[] } {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof parsed !== 'object' || parsed === null || !('include' in parsed) || !Array.isArray(parsed.include))
    throw new Error(file);
  return { include: parsed.include.map(String) };
}

/** Every source file of the rooms. */
const files = include.flatMap((room) => (room.endsWith('.ts') ? [room] : sourcesIn(room)));

function sourcesIn(folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => relative(root, join(root, folder, name)));
  } catch {
    // A room that is not built yet.
    return [];
  }
}

/** Who does what, and why that is no second interpreter. */
const ALLOWED: readonly { readonly files: RegExp; readonly why: string; readonly does: readonly string[] }[] = [
  {
    files: /^core\/(interpret|expr)\//,
    why: 'the interpreter, and the language it computes',
    does: ['carries out commands', 'computes expressions', 'makes commands', 'reaches into the interpreter'],
  },
  { files: /^workflows\/carry-out\.ts$/, why: "commands by Temporal's means", does: ['carries out commands'] },
  {
    files: /^testing\/(shell|records)\.ts$/,
    why: 'commands in memory, and their records',
    does: ['carries out commands'],
  },
  {
    files: /^test\/unit\/core\/(model|computed|needs)\.ts$/,
    why: 'what a plan means, to hold the interpreter against: it runs nothing',
    does: ['computes expressions'],
  },
  {
    files: /^test\/unit\/core\/(evaluate|calculate)\.test\.ts$/,
    why: 'tests of the expressions themselves',
    does: ['computes expressions'],
  },
  {
    files: /^test\/unit\/core\/\w+(-laws)?\.test\.ts$/,
    why: 'tests of the interpreter: what it commands',
    does: ['carries out commands', 'makes commands'],
  },
];

const foreign = (file: string): string[] =>
  interpretersIn(file, read(file)).filter(
    (what) => !ALLOWED.some((one) => one.files.test(file) && one.does.includes(what)),
  );

test('nobody but core/interpret decides what a plan does', () => {
  expect(files.length).toBeGreaterThan(400);
  const found = files.flatMap((file) => foreign(file).map((what) => `${file} ${what}`));
  expect(found).toEqual([]);
});

test.each([
  ['workflows/run-pipeline.ts', 'begin'],
  ['workflows/map-shard.ts', 'beginShard'],
  ['workflows/carry-out.ts', 'advanceOwn'],
  ['testing/run-local.ts', 'begin'],
  ['testing/shell.ts', 'beginShard'],
  ['testing/shell.ts', 'advanceOwn'],
  ['test/unit/core/drive.ts', 'begin'],
])('%s takes %s from core/interpret', (file, name) => {
  expect(takenFromInterpreter(file, read(file))).toContain(name);
});

/** Interpreters as somebody might write them. */
const planted: readonly (readonly [does: string, code: string])[] = [
  [
    'computes expressions',
    `import type { Body, Expr } from '../core/plan/plan';
     export function dryRun(body: Body, config: unknown): unknown[] {
       return body.nodes.map((node) => (node.kind === 'step' ? valueOf(node.input, config) : null));
     }
     function valueOf(expr: Expr, config: unknown): unknown {
       switch (expr.op) {
         case 'literal': return expr.value;
         case 'config': return config;
         case 'eq': return valueOf(expr.left, config) === valueOf(expr.right, config);
         case 'not': return !valueOf(expr.arg, config);
         case 'and': return expr.args.every((arg) => valueOf(arg, config));
         default: return null;
       }
     }`,
  ],
  [
    'computes expressions',
    `import { evaluate } from '../core/expr/evaluate';
     export const armOf = (node, values) => (evaluate(node.when, values) === true ? node.then : node.else);`,
  ],
  [
    'computes expressions',
    `export function of(expr) {
       if (expr.op === 'and') return 1;
       if (expr.op === 'or') return 2;
       if (expr.op !== 'gt' && expr.op !== 'lt') return 3;
       return 4;
     }`,
  ],
  ['makes commands', `export const next = (node) => [{ type: 'run-step', address: node.id, input: node.input }];`],
  ['carries out commands', `export function obey(command) { if (command.type === 'run-shard') runShard(command); }`],
  [
    'carries out commands',
    `export const obey = (command) => { switch (command.type) { case 'await-answer': break; } };`,
  ],
  [
    'carries out commands',
    `export const obey = (command) => { if (command.type === 'sleep') setTimeout(wake, command.ms); };`,
  ],
  ['reaches into the interpreter', `import { takeTime } from '../core/interpret/wait';`],
  ['reaches into the interpreter', `import { startNode } from '../core/interpret/start-node';`],
];

test.each(planted)('an interpreter that %s would be found: %#', (does, code) => {
  expect(interpretersIn('cli/planted.ts', code)).toContain(does);
});
