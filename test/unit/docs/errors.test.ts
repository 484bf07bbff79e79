/**
 * Danger: an error whose code is in no document, or a document of errors that nothing raises. Both directions are held:
 * the page is exactly what the table makes, and every code of the table is raised somewhere in the sources.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../../../core/errors';
import { errorsDocument } from '../../../core/errors/document';

const root = join(__dirname, '../../..');
const page = readFileSync(join(root, 'docs/ERRORS.md'), 'utf8');
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

  test('every code is raised somewhere', () => {
    const sources = sourceFiles().map((file) => readFileSync(file, 'utf8'));
    const unused = codes.filter((code) => !sources.some((source) => source.includes(code)));
    expect(unused).toEqual([]);
  });
});

function sourceFiles(): string[] {
  const rooms = [
    'core',
    'steps',
    'pipelines',
    'client',
    'workflows',
    'activities',
    'store',
    'workers',
    'api',
    'serving',
    'cli',
  ];
  const files = rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  );
  return files
    .filter((name) => /\.(ts|mjs)$/.test(name) && !name.startsWith('core/errors/'))
    .map((name) => join(root, name));
}
