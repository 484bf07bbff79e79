// Danger: an answered prediction that is in no segment, is there twice, or has an id that names another one.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { PREDICTION_ID } from '../../../store/predictions';
import { claimFolder, CLOSED_ENDING, isLeftBehind, PredictionLog, readSegment } from '../../../store/predictions/log';

const SERVER = 's0123456789ab';
const prediction = { event: '2001-01-01T00:00:00.000Z', version: 1, p: 0.5, row: { x: 1 } };
let folder: string;
let closed: string[];
let errors: unknown[];

function openLog(maxRows: number, idleMs = 60_000): PredictionLog {
  return new PredictionLog({
    folder,
    server: SERVER,
    maxRows,
    idleMs,
    onClosed: (path) => closed.push(path),
    onError: (error) => errors.push(error),
  });
}

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'perennial-log-')), SERVER);
  closed = [];
  errors = [];
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('rows keep their order and their ids over segments of a few rows, many appends at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 7 }),
      async (batches, maxRows) => {
        closed = [];
        const log = openLog(maxRows);
        await log.start();
        let n = 0;
        const asked = batches.map((size) => Array.from({ length: size }, () => ({ ...prediction, version: ++n })));
        const answers = await Promise.all(asked.map((rows) => log.append('m', rows)));
        await log.end();
        const lines = new Map<string, number>();
        for (const path of closed) {
          const id = path.slice(folder.length + 1, -CLOSED_ENDING.length);
          const content = readSegment(id, await readFile(path, 'utf8'));
          expect(content?.lines.length).toBeLessThanOrEqual(maxRows);
          for (const line of content?.lines ?? []) {
            const { id: rowId, version } = JSON.parse(line) as { id: string; version: number };
            expect(lines.has(rowId)).toBe(false);
            lines.set(rowId, version);
          }
        }
        expect(answers.every(({ logged }) => logged)).toBe(true);
        expect(lines.size).toBe(n);
        answers.forEach(({ ids }, i) => {
          expect(ids.map((id) => lines.get(id))).toEqual(asked[i]?.map(({ version }) => version));
          for (const id of ids) expect(id).toMatch(PREDICTION_ID);
        });
      },
    ),
    { numRuns: 30 },
  );
});

test('each model has its own segments; an idle one closes by itself', async () => {
  const log = openLog(100, 1);
  await log.start();
  await log.append('a', [prediction]);
  await log.append('b', [prediction, prediction]);
  while (closed.length < 2) await new Promise((again) => setTimeout(again, 1));
  await log.end();
  const models = await Promise.all(
    closed.map(
      async (path) =>
        readSegment(path.slice(folder.length + 1, -CLOSED_ENDING.length), await readFile(path, 'utf8'))?.model,
    ),
  );
  expect(models.sort()).toEqual(['a', 'b']);
});

test('an answer that cannot be logged says so, and the log goes on once it can be written', async () => {
  const log = openLog(100);
  await writeFile(folder, 'a file where the folder should be');
  expect(await log.append('m', [prediction])).toMatchObject({ logged: false });
  expect(log.isWritable).toBe(false);
  expect(errors).not.toHaveLength(0);
  await rm(folder);
  while (!log.isWritable) await new Promise((again) => setTimeout(again, 5));
  expect(await log.append('m', [prediction])).toMatchObject({ logged: true });
  await log.end();
  expect(await readdir(folder)).toHaveLength(1);
});

test('of a segment cut off anywhere every complete line is kept, and no torn one', () => {
  const id = `${SERVER}-1-0123456789ab`;
  const line = (i: number): string =>
    JSON.stringify({ id: `${id}.${i}`, at: prediction.event, model: 'm', ...prediction });
  const text = `${line(0)}\n${line(1)}\n${line(2)}\n`;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: text.length }), (cut) => {
      const complete = text.slice(0, cut).split('\n').length - 1;
      expect(readSegment(id, text.slice(0, cut))?.lines ?? []).toEqual([line(0), line(1), line(2)].slice(0, complete));
    }),
  );
  expect(readSegment('another', text)).toBeNull();
});

test('a folder is left behind when its process is gone, not before', async () => {
  const log = openLog(1);
  await log.start();
  await claimFolder(folder);
  expect(await isLeftBehind(folder)).toBe(false);
  const owner = JSON.parse(await readFile(join(folder, 'owner.json'), 'utf8')) as { started: string };
  await writeFile(join(folder, 'owner.json'), JSON.stringify({ ...owner, started: 'earlier' }));
  expect(await isLeftBehind(folder)).toBe(true);
  await log.end();
});
