/**
 * Danger: an error whose code is in no document, or a document of errors that nothing raises. Both directions are held:
 * the page is exactly what the table makes, and every code of the table is raised somewhere in the sources.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { ERRORS } from '../../../core/errors';
import { errorsDocument } from '../../../core/errors/document';

const root = join(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/ERRORS.md');
const codes = Object.keys(ERRORS);

describe('docs/ERRORS.md', () => {
  test('names the codes of the table, all of them and no others', () => {
    const documented = [...page.matchAll(/^\| `(PER_\w+)` /gm)].map((match) => match[1]);
    expect([...documented].sort()).toEqual([...codes].sort());
  });

  test('is what the table makes (else: npm run build && node dist/cli/docs/write-errors.js)', () => {
    expect(page).toBe(errorsDocument(ERRORS));
  });

  test('a code of an unknown area is refused', () => {
    const row = { fault: 'user', retryable: false, title: 't', fix: 'f.' } as const;
    expect(() => errorsDocument({ PER_NOWHERE_001: row })).toThrow('PER_NOWHERE_001');
  });
});

describe('the error table', () => {
  test.each(Object.entries(ERRORS))('%s has a title without a full stop and a fix that is a sentence', (_code, row) => {
    expect(row.title).toMatch(/[^.]$/);
    expect(row.fix).toMatch(/^\S.*[.)]$/s);
  });

  test('every code is raised by code: a comment, a table of statuses or a comparison does not count', () => {
    const sources = new Map(sourceFiles().map((file) => [relative(root, file), codeOf(readFileSync(file, 'utf8'))]));
    const raised = new Set([...sources.values()].flatMap(raisedIn));
    const chosen = (code: string) => CHOSEN[code]?.every(([file, text]) => sources.get(file)?.includes(text)) ?? false;
    expect(codes.filter((code) => !raised.has(code) && !chosen(code))).toEqual([]);
    expect(Object.keys(CHOSEN).filter((code) => raised.has(code))).toEqual([]);
  });

  test('what only names a code does not raise it', () => {
    const source = [
      "// throw perennialError('PER_A_001', 'x');",
      " * @throws perennialError('PER_A_002')",
      "const status = { PER_A_003: 404, ['PER_A_004']: 409 };",
      "if (error.code === 'PER_A_005') throw error;",
      "throw perennialError(\n  'PER_A_006', 'x');",
      "return finding('PER_A_007', 'error', null, 'x');",
    ].join('\n');
    expect(raisedIn(codeOf(source))).toEqual(['PER_A_006', 'PER_A_007']);
  });
});

/** Codes that are chosen before the error is made: where, and the words that do both. */
const CHOSEN: Record<string, [file: string, text: string][]> = {
  PER_DATA_010: [
    ['activities/data/duckdb.ts', "? 'PER_DATA_010' : 'PER_DATA_011'"],
    ['activities/data/duckdb.ts', 'return perennialError(code, `DuckDB:'],
  ],
  PER_DATA_011: [
    ['activities/data/duckdb.ts', "? 'PER_DATA_010' : 'PER_DATA_011'"],
    ['activities/data/duckdb.ts', 'return perennialError(code, `DuckDB:'],
  ],
  PER_DEF_093: [
    ['core/define/known-options.ts', "= 'PER_DEF_093',"],
    ['core/define/known-options.ts', 'throw perennialError(code,'],
  ],
  // Raised for what the probing process says, by the process that asked it.
  PER_MODEL_058: [
    [
      'activities/deploy/admission/probe.ts',
      "throw perennialError(isCode(answer.code) ? answer.code : 'PER_MODEL_058', answer.detail)",
    ],
  ],
};

/** The codes that a source makes an error of, or a finding, which checks refuse by (core/checks/index.ts). */
function raisedIn(source: string): string[] {
  return [...source.matchAll(/\b(?:perennialError|finding)\(\s*'(PER_\w+)'/g)].map((match) => match[1] ?? '');
}

/** A source without its comments that take whole lines. */
function codeOf(source: string): string {
  return source.replace(/^\s*(\/\/|\/?\*).*$/gm, '');
}

/** The folders of sources, as the compiler is told them: whatever is in a room added tomorrow is looked at too. */
function rooms(): string[] {
  const { include } = z.object({ include: z.array(z.string()) }).parse(JSON.parse(read('tsconfig.json')));
  return include.filter((name) => name !== 'test' && existsSync(join(root, name)) && !name.endsWith('.ts'));
}

function sourceFiles(): string[] {
  const files = rooms().flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  );
  return files
    .filter((name) => /\.(ts|mjs)$/.test(name) && !name.startsWith('core/errors/'))
    .map((name) => join(root, name));
}
