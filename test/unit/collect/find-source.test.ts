// Danger: files that change under the reader make a version half old and half new; a pattern that matches everything never ends.
import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refuseChanged, stampsOf } from '../../../activities/collect/changed';
import { findSource } from '../../../activities/collect/find-source';
import { refused } from '../data/parquet';

jest.setTimeout(60_000);
const project = mkdtempSync(join(realpathSync(tmpdir()), 'perennial-find-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

const files = (...paths: string[]) => ({ kind: 'files', paths, format: { kind: 'csv' } }) as const;

function write(name: string): void {
  mkdirSync(join(project, name, '..'), { recursive: true });
  writeFileSync(join(project, name), 'at\n');
}

test('a file that was written to, exchanged or removed while it was read is told', async () => {
  for (const change of [
    () => appendFileSync(join(project, 'b.csv'), '2001-01-01\n'),
    () => {
      rmSync(join(project, 'b.csv'));
      write('other.csv');
      write('b.csv');
    },
    () => rmSync(join(project, 'b.csv')),
  ]) {
    write('a.csv');
    write('b.csv');
    const found = await findSource(files('a.csv', 'b.csv'), project);
    const before = await stampsOf(found);
    await refuseChanged(found, before);
    change();
    await refused(refuseChanged(found, before), 'PER_DATA_026', 'b.csv');
  }
});

test('more than 10,000 files are refused, and folders are none', async () => {
  mkdirSync(join(project, 'many/folder'), { recursive: true });
  for (let i = 0; i < 10_001; i += 1) writeFileSync(join(project, `many/${i}.csv`), '');
  await refused(findSource(files('many/*'), project), 'PER_DATA_027', '10001 files');
  await refused(findSource(files('many/fold*'), project), 'PER_DATA_001', 'many/fold*');
  expect((await findSource(files('many/77*.csv', 'many/[1-2].csv'), project)).files).toHaveLength(113);
});

test('paths of a project are told as they were written, others whole', async () => {
  write('in/a.csv');
  const inside = await findSource(files('in/*.csv'), project);
  expect(inside.files).toEqual([{ name: 'in/a.csv', path: join(project, 'in/a.csv') }]);
  const whole = await findSource(files(join(project, 'in/*.csv')), '/');
  expect(whole.files).toEqual([{ name: join(project, 'in/a.csv'), path: join(project, 'in/a.csv') }]);
});
