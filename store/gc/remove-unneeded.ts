import type { Pool, PoolClient } from 'pg';
import { perennialError } from '../../core/errors';
import { artifactNamed } from '../datasets/find-digests';
import { listPreviewDatabases } from '../previews/databases';
import { checkPlace } from './check-place';
import { collectUnneeded, doom, listUnneeded, type Unneeded } from './doom';
import { readMentions } from './mentions';
import { countOrphans, type Orphans, removeOrphans, temporaryFiles } from './orphans';
import { type Ages, Reached } from './reach';
import { sweep } from './sweep';
import { type Kept, whyKept } from './why';

/** What a removal of unneeded artifacts is done with. */
export interface GcParts {
  readonly db: Pool;
  /** Of `db`: previews lie beside it. */
  readonly databaseUrl: string;
  /** The folder of the artifact store. */
  readonly artifacts: string;
  /** For so long after their end runs keep their artifacts, and so long the cache, ms; null: for ever. */
  readonly keepRuns: number | null;
  /** False: only what would go is told. */
  readonly apply: boolean;
  readonly by: string;
  readonly reason?: string | null;
  /** So many artifacts go at most, the oldest first. Absent: all. */
  readonly limit?: number;
  readonly despitePreviews?: boolean;
  /** What was used so long ago, ms, is old enough. Default a day; an hour at least. */
  readonly grace?: number;
  /** Is told of each artifact that goes, or would. */
  readonly each?: (artifact: Unneeded) => void;
  /** Is told how far it is. */
  readonly progress?: (text: string) => void;
}

/** Artifacts of a kind. */
export interface Sum {
  readonly kind: string;
  readonly count: number;
  readonly bytes: number;
  /** When the oldest of them was recorded. */
  readonly oldest: string;
}

/** What went, or would. */
export interface GcResult {
  readonly applied: boolean;
  /** Number of this removal in the records; null: nothing was removed. */
  readonly gc: number | null;
  readonly keepFrom: string | null;
  readonly cutoff: string;
  /** Run that has been open for so long that what was used since it began is left alone; null: none is older than a day. */
  readonly heldBy: string | null;
  readonly kinds: readonly Sum[];
  readonly count: number;
  readonly bytes: number;
  /** Entries of the cache whose outputs named some of them. */
  readonly cacheEntries: number;
  /** Left by an earlier removal that was cut off; they have gone, or would. */
  readonly unfinished: number;
  readonly orphans: Orphans;
  readonly temporary: Orphans;
  /** Artifacts that something needs. */
  readonly kept: number;
}

const LOCK = 7_235_301_947;
const BATCH = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Removes the artifacts that nothing needs, and files that no record names; without `apply` it says what would go. An artifact is
 * first given up in the records, where nothing hands it out any more, then its file goes, then its record says so: killed at any
 * point, what is needed is there, and the next call goes on. Records stay, so that lineage can be read.
 *
 * @throws PER_DATA_074, PER_DATA_075, PER_DATA_076, PER_DATA_077, PER_DATA_078
 * @example
 * const { count, bytes } = await removeUnneeded({ db, databaseUrl, artifacts, keepRuns: 90 * DAY, apply: false, by: 'ana' });
 */
export async function removeUnneeded(parts: GcParts): Promise<GcResult> {
  return alone(parts.db, async (client) => {
    await refusePreviews(parts);
    const { ages, heldBy, reached } = await workOut(client, parts);
    await collectUnneeded(client, ages, parts.limit ?? null);
    const { rows: sums } = await client.query<Sum>(
      `SELECT kind, count(*) AS count, sum(bytes)::bigint AS bytes, min(recorded_at) AS oldest
       FROM gc_unneeded GROUP BY kind ORDER BY kind`,
    );
    const before = Date.parse(ages.cutoff);
    const found = {
      ...{ keepFrom: ages.keepFrom, cutoff: ages.cutoff, heldBy },
      orphans: await countOrphans(client, parts.artifacts, before),
      unfinished: await one(
        client,
        'SELECT count(*) AS n FROM artifacts WHERE doomed_at IS NOT NULL AND removed_at IS NULL',
      ),
      kept: await one(client, 'SELECT count(*) AS n FROM gc_reached'),
    };
    if (!parts.apply) return dryRun(client, parts, { ...found, kinds: sums });
    return apply(client, parts, { ages, reached, found });
  });
}

/** Why an artifact is kept, or what becomes of it. */
export interface WhyAnswer {
  readonly digest: string;
  /** Null: nothing needs it. */
  readonly kept: Kept | null;
  /** When it was given up, and when its file went; null: it was not, it has not. */
  readonly doomedAt: string | null;
  readonly removedAt: string | null;
}

/**
 * Tells the first root that reaches the artifact that a digest, or the beginning of one, names.
 *
 * @throws PER_DATA_070, PER_DATA_071, and what {@link removeUnneeded} throws
 */
export async function tellWhyKept(parts: GcParts, beginning: string): Promise<WhyAnswer> {
  const digest = await artifactNamed(parts.db, beginning);
  return alone(parts.db, async (client) => {
    await workOut(client, parts);
    const { rows } = await client.query<{ doomedAt: string | null; removedAt: string | null }>(
      'SELECT doomed_at AS "doomedAt", removed_at AS "removedAt" FROM artifacts WHERE digest = $1',
      [digest],
    );
    const { doomedAt = null, removedAt = null } = rows[0] ?? {};
    return { digest, kept: await whyKept(client, digest), doomedAt, removedAt };
  });
}

async function workOut(
  client: PoolClient,
  { artifacts, keepRuns, grace = DAY, progress = () => undefined }: GcParts,
): Promise<{ ages: Ages; heldBy: string | null; reached: Reached }> {
  await checkPlace(client, artifacts);
  const { ages, heldBy } = await agesOf(client, keepRuns, Math.max(grace, HOUR));
  await readMentions(client, artifacts, (read) => {
    progress(`${read} texts looked through`);
  });
  progress('working out what is needed');
  return { ages, heldBy, reached: await Reached.compute(client, ages) };
}

interface Found {
  readonly keepFrom: string | null;
  readonly cutoff: string;
  readonly heldBy: string | null;
  readonly orphans: Orphans;
  readonly unfinished: number;
  readonly kept: number;
}

async function dryRun(
  client: PoolClient,
  { artifacts, each = () => undefined }: GcParts,
  found: Found & { readonly kinds: readonly Sum[] },
): Promise<GcResult> {
  for await (const page of pages(client)) for (const artifact of page) each(artifact);
  return {
    ...found,
    ...{ applied: false, gc: null },
    ...totalOf(found.kinds),
    cacheEntries: await one(
      client,
      'SELECT count(DISTINCT key) AS n FROM gc_cached WHERE digest IN (SELECT digest FROM gc_unneeded)',
    ),
    temporary: await temporaryFiles(client, artifacts, Date.parse(found.cutoff), false),
  };
}

async function apply(
  client: PoolClient,
  parts: GcParts,
  { ages, reached, found }: { readonly ages: Ages; readonly reached: Reached; readonly found: Found },
): Promise<GcResult> {
  const { artifacts, by, reason = null, each = () => undefined, progress = () => undefined } = parts;
  const gc = await one(
    client,
    'INSERT INTO artifact_gcs (by, reason, cutoff, keep_from) VALUES ($1, $2, $3, $4) RETURNING id AS n',
    [by, reason, ages.cutoff, ages.keepFrom],
  );
  const sums = new Map<string, Sum>();
  let cacheEntries = 0;
  for await (const page of pages(client)) {
    const { doomed, entries } = await doom(client, reached, { digests: page.map(({ digest }) => digest), gc, ages });
    cacheEntries += entries;
    const gone = new Set(doomed);
    for (const artifact of page) {
      if (!gone.has(artifact.digest)) continue;
      sums.set(artifact.kind, added(sums.get(artifact.kind), artifact));
      each(artifact);
    }
    progress(`${total([...sums.values()].map(({ count }) => count))} given up`);
  }
  await sweep(client, artifacts, (swept) => {
    progress(`${swept.artifacts} files removed`);
  });
  const before = Date.parse(ages.cutoff);
  const files = await removeOrphans(client, artifacts, before);
  const kinds = [...sums.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
  const result: GcResult = {
    ...found,
    ...{ applied: true, gc, kinds, cacheEntries },
    ...totalOf(kinds),
    orphans: { ...found.orphans, files },
    temporary: await temporaryFiles(client, artifacts, before, true),
  };
  await client.query(
    `WITH ended AS (UPDATE artifact_gcs SET ended_at = now(), result = $2::jsonb WHERE id = $1::bigint)
     INSERT INTO audit_log (by, action, subject, detail) VALUES ($3, 'data.gc', $1::bigint::text, $2::jsonb || jsonb_build_object('reason', $4::text))`,
    [gc, JSON.stringify(result), by, reason],
  );
  return result;
}

function added(sum: Sum | undefined, { kind, bytes, recordedAt }: Unneeded): Sum {
  if (sum === undefined) return { kind, count: 1, bytes, oldest: recordedAt };
  const oldest = recordedAt < sum.oldest ? recordedAt : sum.oldest;
  return { kind, count: sum.count + 1, bytes: sum.bytes + bytes, oldest };
}

function totalOf(kinds: readonly Sum[]): { readonly count: number; readonly bytes: number } {
  return { count: total(kinds.map(({ count }) => count)), bytes: total(kinds.map(({ bytes }) => bytes)) };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

async function* pages(client: PoolClient): AsyncGenerator<readonly Unneeded[]> {
  for (let after: number | null = 0; after !== null;) {
    const { page, last }: Awaited<ReturnType<typeof listUnneeded>> = await listUnneeded(client, after, BATCH);
    if (last !== null) yield page;
    after = last;
  }
}

/** What a step that is under way has written is in no record yet: what was used since the oldest open run began is not old. */
async function agesOf(
  client: PoolClient,
  keepRuns: number | null,
  grace: number,
): Promise<{ ages: Ages; heldBy: string | null }> {
  const { rows } = await client.query<{
    keepFrom: string | null;
    grace: string;
    opened: string | null;
    id: string | null;
  }>(
    `SELECT to_char((now() - make_interval(secs => $1)) AT TIME ZONE 'UTC', $3) AS "keepFrom",
            to_char((now() - make_interval(secs => $2)) AT TIME ZONE 'UTC', $3) AS grace,
            to_char(oldest.started_at AT TIME ZONE 'UTC', $3) AS opened, oldest.id
     FROM (SELECT 1) AS always LEFT JOIN LATERAL (
       SELECT id, started_at FROM runs WHERE status = 'running' ORDER BY started_at, id LIMIT 1
     ) AS oldest ON true`,
    [keepRuns === null ? null : keepRuns / 1_000, grace / 1_000, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('Postgres gave no time');
  const isHeld = row.opened !== null && row.opened < row.grace;
  const cutoff = isHeld && row.opened !== null ? row.opened : row.grace;
  return { ages: { keepFrom: row.keepFrom, cutoff }, heldBy: isHeld ? row.id : null };
}

async function refusePreviews({ db, databaseUrl, despitePreviews, apply: applies }: GcParts): Promise<void> {
  if (!applies || despitePreviews === true) return;
  const names = await listPreviewDatabases(db, databaseUrl);
  if (names.length === 0) return;
  throw perennialError('PER_DATA_077', `There are previews that read from here: ${names.join(', ')}.`);
}

/** With a connection of its own, while no other process does the same. */
async function alone<T>(db: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await db.connect();
  // One that drops between two queries says so as an event, and one that nobody hears ends the process.
  client.on('error', () => undefined);
  try {
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [LOCK]);
    if (rows[0]?.mine !== true) {
      throw perennialError(
        'PER_DATA_076',
        'Another process works out just now which artifacts of this database are needed.',
      );
    }
    return await work(client);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
    // With its temporary tables, and the lock if it could not be given back.
    client.release(true);
  }
}

async function one(client: PoolClient, sql: string, values: readonly unknown[] = []): Promise<number> {
  const { rows } = await client.query<{ n: number }>(sql, [...values]);
  return rows[0]?.n ?? 0;
}
