// Danger: a hand-written workflow that is tried again is refused without a word of what is not as it was, or goes on as
// another run than it began as.
import type { Pool } from 'pg';
import { z } from 'zod';
import { createWrittenActivities } from '../../activities/begin-written';
import { handWritten, step } from '../../core';
import { openDb } from '../../store/db';
import { createTestDatabase, type TestDatabase } from '../database';

let database: TestDatabase;
let db: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url, { max: 2 });
});

afterAll(async () => {
  await db.end();
  await database.drop();
});

const io = { input: z.object({}), output: z.object({}) };
const score = step('score', io);
const before = handWritten('nightly', { fit: step('fit', io), score });

const first = { run: 'r', workflow: 'nightly', input: { n: 1 }, temporalRunId: 'a', firstTemporalRunId: 'a' };

function begin(argument: Partial<typeof first>, workflow = before) {
  const activities = createWrittenActivities({ db, workflows: [workflow], build: 'b' });
  return activities['perennial.begin-written']({ ...first, ...argument });
}

const refused = (message: RegExp) => ({ type: 'PER_RUN_015', message: expect.stringMatching(message) as string });

test('the same workflow goes on with its run, and what is refused says what differs', async () => {
  const { hash } = await begin({});
  await expect(begin({ temporalRunId: 'b' })).resolves.toMatchObject({ hash });
  await expect(begin({ temporalRunId: 'c', input: { n: 2 } })).rejects.toMatchObject(
    refused(/this workflow with another input of recorded\(\): n was 1 and is 2\./),
  );
  const edited = handWritten('nightly', { fit: step('fit', { ...io, timeout: '7h', tags: ['late'] }), score });
  await expect(begin({ temporalRunId: 'c' }, edited)).rejects.toMatchObject(
    refused(/this workflow as it was before its contracts were edited: fit\./),
  );
  await expect(begin({ firstTemporalRunId: 'd' })).rejects.toMatchObject(refused(/belongs to an earlier run\./));
});
