// Danger: a window judged without predictions that belong to it, or on labels of another model; labels lost because two
// senders of the same ones wait for each other.
import type { Pool } from 'pg';
import { openDb } from '../../store/db';
import { insertLabels, labelsFor } from '../../store/labels';
import { appendSegment, listSegmentsTouching } from '../../store/predictions';
import { createTestDatabase, type TestDatabase } from '../database';

let database: TestDatabase;
let db: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
  await db.query(`INSERT INTO artifacts (digest, kind, bytes) VALUES ('d', 'predictions', 1)`);
}, 60_000);

afterAll(async () => {
  await db.end();
  await database.drop();
});

const day = (n: number): string => `2001-01-0${n}T00:00:00.000Z`;

test('a segment touches a window when any of its rows may lie in it; both ends of a segment are inclusive', async () => {
  const segment = (id: string, from: number, to: number) =>
    appendSegment(db, { id, model: 'm', artifact: 'd', rows: 1, event_from: day(from), event_to: day(to) });
  for (const [id, from, to] of [
    ['before', 1, 2],
    ['into', 1, 3],
    ['inside', 3, 3],
    ['around', 1, 9],
    ['at the end', 5, 6],
  ] as const)
    expect(await segment(id, from, to)).toBe(true);
  expect(await segment('inside', 3, 3)).toBe(false);
  const window = { from: day(3), to: day(5) };
  const all = await listSegmentsTouching(db, 'm', window, { limit: 10 });
  expect(all.map(({ id }) => id)).toEqual(['around', 'inside', 'into']);
  const page = await listSegmentsTouching(db, 'm', window, { limit: 1, after: 'around' });
  expect(page.map(({ id }) => id)).toEqual(['inside']);
  expect(await listSegmentsTouching(db, 'other', window, { limit: 10 })).toEqual([]);
});

test('the first label stands; a repetition is counted, a contradiction and a label of another model are named', async () => {
  expect(await insertLabels(db, 'm', [{ id: 'a', label: 1 }])).toEqual({ accepted: 1, duplicate: 0, conflicting: [] });
  const again = [
    { id: 'a', label: 1 },
    { id: 'b', label: 0 },
    { id: 'b', label: 0 },
    { id: 'c', label: 0 },
    { id: 'c', label: 1 },
  ];
  expect(await insertLabels(db, 'm', again)).toEqual({ accepted: 2, duplicate: 2, conflicting: ['c'] });
  expect(await insertLabels(db, 'other', [{ id: 'a', label: 1 }])).toMatchObject({ accepted: 0, conflicting: ['a'] });
  const labels = await labelsFor(db, 'm', ['a', 'b', 'c', 'unknown']);
  expect(labels.map(({ prediction_id, label }) => [prediction_id, label]).sort()).toEqual([
    ['a', 1],
    ['b', 0],
    ['c', 0],
  ]);
  expect(await labelsFor(db, 'other', ['a'])).toEqual([]);
});

test('batches that share labels in opposite order do not deadlock', async () => {
  for (const round of [1, 2, 3]) {
    const labels = Array.from({ length: 10_000 }, (_, i) => ({ id: `r${round}-${i}`, label: i % 2 }));
    const batches = [labels, [...labels].reverse(), labels, [...labels].reverse()];
    const receipts = await Promise.all(batches.map((batch) => insertLabels(db, 'm', batch)));
    const sum = (count: (r: (typeof receipts)[number]) => number) => receipts.reduce((all, r) => all + count(r), 0);
    expect([sum((r) => r.accepted), sum((r) => r.duplicate), sum((r) => r.conflicting.length)]).toEqual([
      10_000, 30_000, 0,
    ]);
  }
}, 60_000);
