// Danger: half a file under a whole file's name, or bytes that changed since they were stored, reach a model or a report.
import { createHash } from 'node:crypto';
import { appendFile, chmod, link, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { diskArtifacts, findArtifacts } from '../../store/artifacts';
import { openDb } from '../../store/db';
import { createTestDatabase, type TestDatabase } from '../database';

jest.setTimeout(60_000);

let database: TestDatabase;
let db: Pool;
let root: string;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
  root = await mkdtemp(join(tmpdir(), 'perennial-artifacts-'));
});

afterAll(async () => {
  await db.end();
  await database.drop();
  await rm(root, { recursive: true, force: true });
});

const bytesOf = (text: string) => Buffer.from(text);
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

test('a blob is found by its digest, with a record', async () => {
  const store = diskArtifacts(db, root);
  const digest = await store.putBytes(bytesOf('hello'), 'json');
  expect(digest).toBe(sha('hello'));
  expect((await store.read(digest)).toString()).toBe('hello');
  expect(await findArtifacts(db, [digest])).toMatchObject([{ digest, kind: 'json', bytes: 5 }]);
  expect(await readdir(join(root, 'temporary'))).toEqual([]);
});

test('twenty writers of the same bytes agree, in one process and over two stores', async () => {
  const stores = [diskArtifacts(db, root), diskArtifacts(db, root)];
  const digests = await Promise.all(
    Array.from({ length: 20 }, (_, i) => (stores[i % 2] ?? diskArtifacts(db, root)).putBytes(bytesOf('same'), 'json')),
  );
  expect(new Set(digests)).toEqual(new Set([sha('same')]));
});

test('a file is copied in: a hard link to the source cannot change the blob', async () => {
  const store = diskArtifacts(db, root);
  const [source, twin] = [join(root, 'source'), join(root, 'twin')];
  await writeFile(source, 'before');
  await link(source, twin);
  const digest = await store.putFile(source, 'model');
  await appendFile(twin, ' and after');
  expect((await store.read(digest)).toString()).toBe('before');
  expect(await readFile(source, 'utf8')).toBe('before and after');
});

test('a missing blob and a name that is no digest are named', async () => {
  const store = diskArtifacts(db, root);
  await expect(store.pathOf('0'.repeat(64))).rejects.toThrow('0'.repeat(64));
  await expect(store.pathOf('../../etc/passwd')).rejects.toMatchObject({ code: 'PER_RUN_002' });
});

test.each([
  ['a flipped byte', (path: string) => writeFile(path, 'hellO there')],
  ['a cut-off end', (path: string) => truncate(path, 3)],
])('%s is detected, even by a process that verified the blob before; storing it again repairs it', async (_, harm) => {
  const store = diskArtifacts(db, root);
  const digest = await store.putBytes(bytesOf('hello there'), 'json');
  const path = await store.pathOf(digest);
  await chmod(path, 0o600);
  await harm(path);
  for (const reader of [store, diskArtifacts(db, root)]) {
    await expect(reader.pathOf(digest)).rejects.toMatchObject({ code: 'PER_RUN_003' });
    await expect(reader.read(digest)).rejects.toThrow(digest);
  }
  await store.putBytes(bytesOf('hello there'), 'json');
  expect((await store.read(digest)).toString()).toBe('hello there');
});

test('a source that cannot be read leaves nothing behind', async () => {
  const store = diskArtifacts(db, root);
  await expect(store.putFile(join(root, 'no-such-file'), 'model')).rejects.toThrow('no-such-file');
  expect(await readdir(join(root, 'temporary'))).toEqual([]);
});
