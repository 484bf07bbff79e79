// Danger: what something still needs is removed: of a root, of what a root was made from, while somebody takes it over or writes it
// again, or after a kill in the middle. Or what nothing needs stays for ever, or another stack's files go.
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { createEngineActivities } from '../../activities/engine';
import { brokenBlob } from '../../activities/run-step/broken-blob';
import { readDataset } from '../../cli/read-dataset';
import { diskArtifacts } from '../../store/artifacts';
import { diskBlobs } from '../../store/artifacts/disk';
import { REMOVAL_LOCK } from '../../store/artifacts/removal-lock';
import { insertCollection } from '../../store/collections';
import { pinDataset, tagDataset } from '../../store/datasets';
import { type Db, openDb, readOnlyUrl } from '../../store/db';
import { type GcParts, type GcResult, removeUnneeded, tellWhyKept } from '../../store/gc';
import { findRemoval } from '../../store/gc/find-removal';
import { insertEdge } from '../../store/lineage';
import { createModelVersion } from '../../store/models/create-model-version';
import { addOutboxRow } from '../../store/outbox/add-outbox-row';
import { appendSegment } from '../../store/predictions';
import { beginRerun } from '../../store/runs/begin-rerun';
import { beginRun } from '../../store/runs/begin-run';
import { digestOf, stageForEach } from './gc-stage';
import { aRun } from './rows';

const { now, fileOf, age, old, aDataset, anEntry, there } = stageForEach();
let db: Pool;
let root: string;
let parts: GcParts;
beforeEach(() => {
  ({ db, root, parts } = now());
});
const anything: unknown = expect.anything();

/** A run with a node that made something; it ended so many days ago, or is open (null). */
async function aRunWith(id: string, output: unknown, daysAgo: number | null): Promise<void> {
  await aRun(db, id);
  await db.query(
    `INSERT INTO nodes (run_id, address, node, kind, step, pool, status, fence, output, ended_at)
     VALUES ($1, 'make', 'make', 'step', 's', 'cpu', 'completed', 1, $2, now())`,
    [id, JSON.stringify(output)],
  );
  await db.query(
    `UPDATE runs SET started_at = now() - interval '300 days',
       status = CASE WHEN $2::int IS NULL THEN 'running' ELSE 'completed' END,
       ended_at = now() - make_interval(days => $2::int) WHERE id = $1`,
    [id, daysAgo],
  );
}

const at = '2026-01-01T00:00:00.000Z';

/** Every kind of root, with how it comes to name an artifact. */
const KINDS: Record<string, (digest: string) => Promise<unknown>> = {
  pin: async (digest) => pinDataset(db, await aDataset(digest), { by: 'ana', reason: null }),
  tag: async (digest) => tagDataset(db, await aDataset(digest), 'release', { by: 'ana' }),
  'model version': async (digest) =>
    createModelVersion(db, {
      ...{ model: 'm', artifact: digest, trainer: 't', signature: {}, metrics: {}, evaluation: {} },
      ...{ reference: digest, trainedFrom: at, trainedTo: at, eventTime: at, run: 'r', address: 'a' },
    }),
  predictions: (digest) =>
    appendSegment(db, { id: 's', model: 'm', artifact: digest, rows: 1, event_from: at, event_to: at }),
  run: async (digest) => {
    await aRun(db, 'named');
    return db.query(`UPDATE runs SET config = $1, status = 'completed', ended_at = now() - interval '80 days'`, [
      JSON.stringify({ data: digest }),
    ]);
  },
  node: (digest) => aRunWith('young', { dataset: digest }, 80),
  cache: (digest) => anEntry('k', [digest], 80),
  outbox: (digest) => addOutboxRow(db, { id: 'o', kind: 'dataset', payload: { config: { data: digest } } }),
  cause: (digest) =>
    db.query(
      `INSERT INTO causes (id, model, kind, event_time, evidence) VALUES ('c', 'm', 'new-data', now(), $1::jsonb)`,
      [JSON.stringify({ dataset: digest })],
    ),
  source: async (digest) => {
    const dataset = await old('what was made of it');
    const collected = { run: 'r', address: 'a', source: 'web', sourceKey: 'k', time: 't', dataset, rows: 1 };
    const file = { name: 'f', bytes: 1, sha256: digest, etag: 'e' };
    await insertCollection(db, { ...collected, window: { from: at, to: at }, oldest: at, newest: at, files: [file] });
  },
  'back-fill': (digest) =>
    db.query(
      `INSERT INTO backfills (id, pipeline, config, missing_only, max_parallel, by, status)
       VALUES ('b', 'p', $1, false, 1, 'ana', 'running')`,
      [JSON.stringify({ data: digest })],
    ),
  plan: (digest) =>
    db.query(`INSERT INTO plans (hash, pipeline, plan) VALUES ('h', 'q', $1)`, [JSON.stringify({ literal: digest })]),
};

describe('what a root names stays, with what it was made from; why is told', () => {
  test.each(Object.keys(KINDS))('%s', async (kind) => {
    const [named, parent, other] = [await old('named'), await old('parent'), await old('other')];
    await insertEdge(db, { child: named, parent, relation: 'rows-of', run: 'r', address: 'a' });
    await KINDS[kind]?.(named);
    await age(named);
    const result = await removeUnneeded(parts);
    expect(await there(named, parent, other)).toEqual([true, true, false]);
    expect(result.kept).toBe(2);
    expect(await tellWhyKept(parts, parent.slice(0, 12))).toMatchObject({
      digest: parent,
      kept: { root: kind, path: [{ digest: named }, { digest: parent, relation: 'rows-of' }] },
    });
    expect(await tellWhyKept(parts, other)).toMatchObject({ kept: null, doomedAt: anything });
  });

  test('an open run of whatever age, and a run of the ledger', async () => {
    const [open, ledger, done] = [await old('open'), await old('ledger'), await old('done')];
    await aRunWith('ledger', ledger, 300);
    await aRunWith('done', done, 300);
    await db.query(`INSERT INTO partition_ledger VALUES ('p', '2026-01-01', '', 'ledger', 'plan', 'b', now())`);
    await removeUnneeded(parts);
    expect(await there(ledger, done, open)).toEqual([true, false, false]);
    const again = await old('open');
    await aRunWith('open', again, null);
    await removeUnneeded(parts);
    expect(await there(again)).toEqual([true]);
  });

  test('what the text of a needed artifact names', async () => {
    const [item, other] = [await old('item'), await old('other')];
    const list = await old(JSON.stringify({ items: [item] }), 'json');
    await aRunWith('young', { list }, 1);
    await removeUnneeded(parts);
    expect(await there(list, item, other)).toEqual([true, true, false]);
  });

  test('what was written since the oldest open run began: a step of it may be about to name it', async () => {
    const written = await old('written while a step is under way');
    await db.query(`UPDATE artifacts SET used_at = now() - interval '3 days'`);
    await aRun(db, 'long');
    await db.query(`UPDATE runs SET started_at = now() - interval '4 days'`);
    expect(await removeUnneeded(parts)).toMatchObject({ count: 0, heldBy: 'long' });
    expect(await there(written)).toEqual([true]);
  });
});

test('a dry run says what would go, each and by kind, and removes nothing; then that goes, and no more', async () => {
  const [data, model] = [await aDataset(await old('data')), await old('model', 'model')];
  const young = await diskArtifacts(db, root).putBytes(Buffer.from('young'), 'json');
  await anEntry('gone', { model }, 300);
  const told: string[] = [];
  const dry = await removeUnneeded({ ...parts, apply: false, each: ({ digest }) => told.push(digest) });
  const would = {
    count: 2,
    bytes: 9,
    cacheEntries: 1,
    kinds: [
      { kind: 'dataset', count: 1 },
      { kind: 'model', count: 1 },
    ],
  };
  expect(dry).toMatchObject({ applied: false, gc: null, ...would });
  expect(told.sort()).toEqual([data, model].sort());
  expect(await there(data, model, young)).toEqual([true, true, true]);

  const done = await removeUnneeded({ ...parts, reason: 'full disk' });
  expect(done).toMatchObject({ applied: true, ...would });
  expect(await there(data, model, young)).toEqual([false, false, true]);
  expect((await db.query('SELECT key FROM cache_entries')).rows).toEqual([]);
  // The record tells what it was, and what became of it.
  expect(await readDataset(db, data)).toMatchObject({ digest: data, rows: 1 });
  expect(await findRemoval(db, data)).toMatchObject({ gc: done.gc, by: 'ana', reason: 'full disk' });
  const { rows } = await db.query(
    `SELECT by, subject, detail ->> 'count' AS count FROM audit_log WHERE action = 'data.gc'`,
  );
  expect(rows).toEqual([{ by: 'ana', subject: String(done.gc), count: '2' }]);
  expect(await removeUnneeded(parts)).toMatchObject({ count: 0, unfinished: 0 });
});

test('with a limit the oldest go first', async () => {
  const [first, second] = [await old('first'), await old('second')];
  await db.query(`UPDATE artifacts SET recorded_at = now() - interval '900 days' WHERE digest = $1`, [second]);
  await removeUnneeded({ ...parts, limit: 1 });
  expect(await there(first, second)).toEqual([true, false]);
});

test('what was removed is neither pinned nor taken over; written again it is there again', async () => {
  const gone = await aDataset(await old('gone'));
  await aRunWith('parent', { dataset: gone }, 300);
  await removeUnneeded(parts);
  const refused = { code: 'PER_DATA_073' };
  await expect(pinDataset(db, gone, { by: 'ana', reason: null })).rejects.toMatchObject(refused);
  await expect(tagDataset(db, gone, 'x', { by: 'ana' })).rejects.toMatchObject(refused);
  await expect(aRerun('child')).rejects.toMatchObject(refused);
  expect(await brokenBlob({ db, artifacts: diskArtifacts(db, root) }, { dataset: gone })).toBe(gone);
  expect(await diskArtifacts(db, root).putBytes(Buffer.from('gone'), 'dataset')).toBe(gone);
  expect(await there(gone)).toEqual([true]);
  expect(await aRerun('child')).toBe(true);
});

function aRerun(id: string): Promise<boolean> {
  const run = { id, pipeline: 'p', planHash: 'plan', config: {}, build: 'b', model: null, decisionId: null };
  return beginRerun(db, { ...run, parentRun: 'parent', temporalRunId: `t-${id}`, rerun: {} }, ['make']);
}

describe('beside others', () => {
  /** Does two things in an order that is certain: the second begins when the first is in the middle, and waits for it. */
  async function inOrder<A, B>(
    artifact: string,
    first: () => Promise<A>,
    second: () => Promise<B>,
  ): Promise<[PromiseSettledResult<A>, PromiseSettledResult<B>]> {
    const holder = await db.connect();
    try {
      await holder.query('BEGIN');
      // Both write the artifact's row with the lock of removals in their hands: there the first one stands still.
      await holder.query('SELECT FROM artifacts WHERE digest = $1 FOR UPDATE', [artifact]);
      const one = Promise.allSettled([first()]);
      await waitFor('transactionid');
      const two = Promise.allSettled([second()]);
      await waitFor('advisory');
      await holder.query('COMMIT');
      return [(await one)[0], (await two)[0]];
    } finally {
      holder.release(true);
    }
  }

  /** Runs something while a removal has worked out what goes and waits to give it up. */
  async function before(work: (tx: Db) => Promise<unknown>): Promise<void> {
    const holder = await db.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT pg_advisory_xact_lock_shared($1)', [REMOVAL_LOCK]);
      const removal = removeUnneeded(parts);
      await waitFor('advisory');
      // A statement of the lock's holder, as that of any who has it: others now queue behind the removal.
      await work(holder);
      await holder.query('COMMIT');
      await removal;
    } finally {
      holder.release(true);
    }
  }

  /** Until somebody in this database waits for such a lock. */
  async function waitFor(locktype: 'advisory' | 'transactionid'): Promise<void> {
    for (;;) {
      const { rows } = await db.query(
        `SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
         WHERE NOT l.granted AND l.locktype = $1 AND a.datname = current_database()`,
        [locktype],
      );
      if (rows.length > 0) return;
    }
  }

  test('what a run that begins meanwhile names stays, with what it was made from', async () => {
    const [data, raw, other] = [await old('data'), await old('raw'), await old('other')];
    await insertEdge(db, { child: data, parent: raw, relation: 'rows-of', run: 'r', address: 'a' });
    await aRun(db, 'done');
    await db.query(`UPDATE runs SET status = 'completed', ended_at = now()`);
    const run = { pipeline: 'p', planHash: 'plan', build: 'b', model: null, decisionId: null, parentRun: null };
    await before((tx) => beginRun(tx, { ...run, id: 'new', temporalRunId: 't', config: { data } }));
    expect(await there(data, raw, other)).toEqual([true, true, false]);
  });

  const removal = (): Promise<GcResult> => removeUnneeded(parts);
  const removed = { status: 'fulfilled', value: { applied: true } };

  describe('what a rerun takes over', () => {
    test('stays where the rerun comes first', async () => {
      const [data, other] = [await old('data'), await old('other')];
      await aRunWith('parent', { data }, 300);
      const [rerun, gc] = await inOrder(data, () => aRerun('child'), removal);
      expect(rerun).toEqual({ status: 'fulfilled', value: true });
      expect(gc).toMatchObject(removed);
      expect(await there(data, other)).toEqual([true, false]);
    });

    test('is gone where the removal comes first: the rerun is refused, and leaves no record', async () => {
      const [data, other] = [await old('data'), await old('other')];
      await aRunWith('parent', { data }, 300);
      const [gc, rerun] = await inOrder(data, removal, () => aRerun('child'));
      expect(gc).toMatchObject(removed);
      expect(rerun).toMatchObject({ status: 'rejected', reason: { code: 'PER_DATA_073' } });
      expect(await there(data, other)).toEqual([false, false]);
      expect((await db.query(`SELECT FROM runs WHERE id = 'child'`)).rows).toEqual([]);
    });
  });

  describe('an output of the cache', () => {
    const hit = (data: string) => (): Promise<string | null> =>
      brokenBlob({ db, artifacts: diskArtifacts(db, root) }, { data });

    test('is handed out, and stays, where the hit comes first', async () => {
      const [data, other] = [await old('data'), await old('other')];
      await anEntry('k', { data }, 300);
      const [answer, gc] = await inOrder(data, hit(data), removal);
      expect(answer).toEqual({ status: 'fulfilled', value: null });
      expect(gc).toMatchObject(removed);
      expect(await there(data, other)).toEqual([true, false]);
      expect((await db.query('SELECT key FROM cache_entries')).rows).toEqual([{ key: 'k' }]);
    });

    test('is not handed out where the removal comes first', async () => {
      const [data, other] = [await old('data'), await old('other')];
      await anEntry('k', { data }, 300);
      const [gc, answer] = await inOrder(data, removal, hit(data));
      expect(gc).toMatchObject(removed);
      expect(answer).toEqual({ status: 'fulfilled', value: data });
      expect(await there(data, other)).toEqual([false, false]);
      expect((await db.query('SELECT key FROM cache_entries')).rows).toEqual([]);
    });
  });

  describe("what a person's answer names", () => {
    const asked = { run: 'open', pipeline: 'p', node: 'release', address: 'release', by: null } as const;
    const given = (data: string) => async () => {
      const engine = createEngineActivities({
        db,
        artifacts: diskArtifacts(db, root),
        pipelines: [],
        build: 'b',
        project: 'p',
      });
      const answer = { approved: true, by: 'ann', answer: { data } };
      return engine['perennial.check-answer']({ ...asked, schema: { type: 'object' }, answer });
    };

    test('is used from then on, though it was made long before the run, and stays', async () => {
      const [data, other] = [await old('data'), await old('other')];
      await aRun(db, 'open');
      await given(data)();
      await removeUnneeded(parts);
      expect(await there(data, other)).toEqual([true, false]);
    });

    test('stays where the answer comes first', async () => {
      const [data, other] = [await old('data'), await old('other')];
      await aRun(db, 'open');
      const [answer, gc] = await inOrder(data, given(data), removal);
      expect(answer).toMatchObject({ status: 'fulfilled', value: { answer: { data } } });
      expect(gc).toMatchObject(removed);
      expect(await there(data, other)).toEqual([true, false]);
    });

    test('is gone where the removal comes first: the answer is refused, and another one may be given', async () => {
      const [data, other] = [await old('data'), await old('other')];
      await aRun(db, 'open');
      const [gc, answer] = await inOrder(data, removal, given(data));
      expect(gc).toMatchObject(removed);
      expect(answer).toMatchObject({ status: 'rejected', reason: { type: 'PER_DATA_073', nonRetryable: true } });
      expect(await there(data, other)).toEqual([false, false]);
      const again = await diskArtifacts(db, root).putBytes(Buffer.from('data'), 'dataset');
      expect(await given(again)()).toMatchObject({ answer: { data } });
    });
  });

  test('the same bytes written again, before, while and after they go: they are there', async () => {
    const texts = Array.from({ length: 60 }, (_, i) => `bytes ${i}`);
    for (const text of texts) await old(text);
    const store = diskArtifacts(db, root);
    await Promise.all([
      removeUnneeded(parts),
      ...texts.map((text) => store.putBytes(Buffer.from(text), 'dataset').then((digest) => store.read(digest))),
    ]);
    expect(await there(...texts.map(digestOf))).toEqual(texts.map(() => true));
  });

  test('a file that goes between its writing and its record is written again', async () => {
    const records: string[] = [];
    const store = diskBlobs(root, ({ digest }) => {
      // Only the first time: once it is recorded nothing removes it.
      if (records.push(digest) === 1) rmSync(fileOf(digest));
      return Promise.resolve();
    });
    const digest = await store.putBytes(Buffer.from('bytes'), 'json');
    expect(records).toEqual([digest, digest]);
    expect((await store.read(digest)).toString()).toBe('bytes');
  });

  test('while another one is under way there is none', async () => {
    const other = await db.connect();
    await other.query('SELECT pg_advisory_lock(7235301947)');
    await expect(removeUnneeded(parts)).rejects.toMatchObject({ code: 'PER_DATA_076' });
    await other.query('SELECT pg_advisory_unlock(7235301947)');
    other.release(true);
  });
});

describe('files without a record', () => {
  function aFile(name: string, isOld: boolean): string {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'x');
    if (isOld) utimesSync(path, new Date(0), new Date(0));
    return path;
  }

  test('old ones go, young ones and what is no blob stay', async () => {
    await diskArtifacts(db, root).putBytes(Buffer.from('known'), 'json');
    const [orphan, fresh] = [digestOf('orphan'), digestOf('fresh')];
    const gone = [
      aFile(`sha256/${orphan.slice(0, 2)}/${orphan.slice(2)}`, true),
      aFile(`temporary/${'0'.repeat(24)}`, true),
    ];
    const kept = [
      aFile(`sha256/${fresh.slice(0, 2)}/${fresh.slice(2)}`, false),
      aFile(`temporary/${'1'.repeat(24)}`, false),
      aFile('temporary/notes', true),
      aFile('notes', true),
    ];
    const found = { orphans: { files: 1 }, temporary: { files: 1 } };
    expect(await removeUnneeded({ ...parts, apply: false })).toMatchObject(found);
    expect([...gone, ...kept].every((path) => existsSync(path))).toBe(true);
    expect(await removeUnneeded(parts)).toMatchObject(found);
    expect([gone.map((path) => existsSync(path)), kept.map((path) => existsSync(path))]).toEqual([
      [false, false],
      [true, true, true, true],
    ]);
  });

  test("another stack's folder is refused, by what is not in it and by what is", async () => {
    await old('here');
    const elsewhere = mkdtempSync(join(tmpdir(), 'perennial-gc-other-'));
    await expect(removeUnneeded({ ...parts, artifacts: elsewhere })).rejects.toMatchObject({ code: 'PER_DATA_074' });
    rmSync(elsewhere, { recursive: true });
    const strange = Array.from({ length: 12 }, (_, i) => digestOf(`strange ${i}`));
    const paths = strange.map((digest) => aFile(`sha256/${digest.slice(0, 2)}/${digest.slice(2)}`, true));
    await expect(removeUnneeded(parts)).rejects.toMatchObject({ code: 'PER_DATA_074' });
    expect(paths.every((path) => existsSync(path))).toBe(true);
  });

  test('records that can only be read are refused', async () => {
    const only = openDb(readOnlyUrl(now().database.url));
    await expect(removeUnneeded({ ...parts, db: only })).rejects.toMatchObject({ code: 'PER_DATA_075' });
    await only.end();
  });
});

test('whatever graph of artifacts and roots: what a root reaches stays, and all else that is old goes', async () => {
  const SIZE = 9;
  const graph = fc.record({
    edges: fc.array(fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1)), { maxLength: 14 }),
    roots: fc.array(fc.tuple(fc.nat(SIZE - 1), fc.constantFrom(...Object.keys(ADDED))), { maxLength: 3 }),
    young: fc.array(fc.nat(SIZE - 1), { maxLength: 2 }),
  });
  const names = Array.from({ length: SIZE }, (_, i) => `artifact ${i}`);
  await fc.assert(
    fc.asyncProperty(graph, async ({ edges, roots, young }) => {
      for (const table of TABLES) await db.query(`DELETE FROM ${table}`);
      const digests: string[] = [];
      for (const name of names) digests.push(await aDataset(await old(name)));
      const at = (i: number): string => digests[i] ?? '';
      for (const [child, parent] of edges) {
        await insertEdge(db, { child: at(child), parent: at(parent), relation: 'rows-of', run: 'r', address: 'a' });
      }
      for (const [i, [named, kind]] of roots.entries()) await ADDED[kind]?.(at(named), i);
      await age(...digests);
      for (const i of young) await diskArtifacts(db, root).putBytes(Buffer.from(names[i] ?? ''), 'dataset');
      const reachable = new Set([...roots.map(([i]) => i), ...young]);
      for (let size = -1; size !== reachable.size;) {
        size = reachable.size;
        for (const [child, parent] of edges) if (reachable.has(child)) reachable.add(parent);
      }
      await removeUnneeded(parts);
      expect(await there(...digests)).toEqual(names.map((_, i) => reachable.has(i)));
    }),
    { numRuns: 40 },
  );
});

/** What one graph leaves, in an order that foreign keys allow. */
const TABLES = [
  ...['lineage', 'dataset_pins', 'dataset_tags', 'dataset_versions', 'cache_entries', 'outbox', 'nodes', 'runs'],
  'artifacts',
];

/** Roots that there may be several of. */
const ADDED: Record<string, (digest: string, i: number) => Promise<unknown>> = {
  pin: (digest) => pinDataset(db, digest, { by: 'ana', reason: null }),
  tag: (digest, i) => tagDataset(db, digest, `t${i}`, { by: 'ana' }),
  node: (digest, i) => aRunWith(`run-${i}`, [{ digest }], 10),
  open: (digest, i) => aRunWith(`run-${i}`, { digest }, null),
  cache: (digest, i) => anEntry(`k${i}`, digest, 10),
  outbox: (digest, i) => addOutboxRow(db, { id: `o${i}`, kind: 'dataset', payload: { digest } }),
};
