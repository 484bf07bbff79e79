import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { ArtifactKind } from '../../core/define/context';
import { diskArtifacts } from '../../store/artifacts';
import { insertDataset } from '../../store/datasets';
import { openDb } from '../../store/db';
import type { GcParts } from '../../store/gc';
import { findRemoval } from '../../store/gc/find-removal';
import { createTestDatabase, type TestDatabase } from '../database';

const DAY = 86_400_000;

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A database and an artifact store of their own, with artifacts that are as old as can be. */
export class GcStage {
  readonly parts: GcParts;

  private constructor(
    readonly database: TestDatabase,
    readonly db: Pool,
    /** A folder of its own, removed in the end. */
    readonly folder: string,
    /** That of the artifacts, in it. */
    readonly root: string,
  ) {
    const place = { db, databaseUrl: database.url, artifacts: root };
    this.parts = { ...place, keepRuns: 90 * DAY, apply: true, by: 'ana', despitePreviews: true };
  }

  static async open(): Promise<GcStage> {
    const database = await createTestDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'perennial-gc-'));
    const root = join(folder, 'artifacts');
    mkdirSync(root);
    return new GcStage(database, openDb(database.url), folder, root);
  }

  async close(): Promise<void> {
    await this.db.end();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  fileOf(digest: string): string {
    return join(this.root, 'sha256', digest.slice(0, 2), digest.slice(2));
  }

  /** Makes what is there old. */
  async age(...digests: readonly string[]): Promise<void> {
    await this.db.query(
      `UPDATE artifacts SET used_at = used_at - interval '400 days', recorded_at = recorded_at - interval '400 days'
       WHERE digest = ANY($1::text[])`,
      [digests],
    );
    for (const digest of digests) utimesSync(this.fileOf(digest), new Date(0), new Date(0));
  }

  /** An old artifact with its file. */
  async old(text: string, kind: ArtifactKind = 'dataset'): Promise<string> {
    const digest = await diskArtifacts(this.db, this.root).putBytes(Buffer.from(text), kind);
    await this.age(digest);
    return digest;
  }

  async aDataset(digest: string): Promise<string> {
    const [run, address] = ['one', 'node'];
    const none = { schema: { columns: [], time: null }, profile: {}, timeFrom: null, timeTo: null };
    await insertDataset(this.db, { digest, rowsDigest: digestOf(digest), rows: 1, run, address, ...none });
    return digest;
  }

  async anEntry(key: string, output: unknown, daysAgo: number): Promise<void> {
    await this.db.query(
      `INSERT INTO cache_entries (key, step, parts, output, run_id, address, recorded_at)
       VALUES ($1, 's', '{}', $2, 'r', 'a', now() - make_interval(days => $3::int))`,
      [key, JSON.stringify(output), daysAgo],
    );
  }

  /** Whether the files of some artifacts are there; those of all others are gone in the records, too. */
  async there(...digests: readonly string[]): Promise<boolean[]> {
    const states: boolean[] = [];
    for (const digest of digests) {
      const isGone = (await findRemoval(this.db, digest)) !== null;
      expect([digest, existsSync(this.fileOf(digest))]).toEqual([digest, !isGone]);
      states.push(!isGone);
    }
    return states;
  }
}

/** A stage for each test of a file. Its ways to set things up are those of the stage of the test that is under way. */
export interface EachStage extends Pick<GcStage, 'fileOf' | 'age' | 'old' | 'aDataset' | 'anEntry' | 'there'> {
  /** The stage of the test that is under way. */
  readonly now: () => GcStage;
}

export function stageForEach(): EachStage {
  jest.setTimeout(180_000);
  let stage: GcStage | null = null;
  beforeEach(async () => {
    stage = await GcStage.open();
  });
  afterEach(async () => {
    await stage?.close();
    stage = null;
  });
  const now = (): GcStage => {
    if (stage === null) throw new Error('no test is under way');
    return stage;
  };
  return {
    now,
    fileOf: (digest) => now().fileOf(digest),
    age: (...digests) => now().age(...digests),
    old: (text, kind) => now().old(text, kind),
    aDataset: (digest) => now().aDataset(digest),
    anEntry: (key, output, daysAgo) => now().anEntry(key, output, daysAgo),
    there: (...digests) => now().there(...digests),
  };
}
