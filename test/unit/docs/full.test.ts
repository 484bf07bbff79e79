/**
 * Danger: what `npm test` leaves out runs nowhere; or CONTRIBUTING.md says otherwise than it is what that is.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The tests that ask whether they are to run whole. */
const parted = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`)
  .filter((path) => /process\.env\['PERENNIAL_TEST_FULL'\] [!=]==/.test(read(path)))
  .sort();

test('CONTRIBUTING.md names each test that `npm test` takes a part of, and the sizes that stand in it', () => {
  const rows = [...read('CONTRIBUTING.md').matchAll(/^\| `(test\/[^`]+\.test\.ts)` \| (.+) \| (.+) \|$/gm)];
  const told = rows.map(([, path = '', part = '', whole = '']) => ({ path, numbers: numbersIn(`${part} ${whole}`) }));
  expect(told.map(({ path }) => path).sort()).toEqual(parted);
  const wrong = told.filter(({ path, numbers }) => numbers.some((n) => !numbersIn(read(path)).includes(n)));
  expect(wrong).toEqual([]);
  expect(told.filter(({ numbers }) => numbers.length === 2)).toHaveLength(3);
});

/** Numbers as people and programs write them: 10,000 and 10_000. */
function numbersIn(text: string): number[] {
  return [...text.matchAll(/(?<![\w.])\d{1,3}(?:[,_]\d{3})*(?![\w.])/g)].map(([digits]) =>
    Number(digits.replaceAll(/[,_]/g, '')),
  );
}

const Flow = z.object({
  on: z.object({ schedule: z.array(z.object({ cron: z.string() })).min(1), workflow_dispatch: z.null() }),
  permissions: z.object({ contents: z.literal('read') }).strict(),
  jobs: z.object({
    full: z.object({
      strategy: z.object({ matrix: z.object({ third: z.tuple([z.literal(1), z.literal(2), z.literal(3)]) }) }),
      steps: z.array(z.object({ run: z.string().optional(), uses: z.string().optional(), if: z.string().optional() })),
    }),
  }),
});

test('a job runs them whole at night and when somebody asks: all thirds, with the logs of what failed', () => {
  const { steps } = Flow.parse(parse(read('.github/workflows/full.yml'))).jobs.full;
  expect(steps.map(({ run }) => run)).toContain('npm run test:full -- --shard=${{ matrix.third }}/3');
  expect(steps.at(-1)?.if).toBe('failure()');
  expect(steps.at(-1)?.uses).toMatch(/^actions\/upload-artifact@/);
});
