// Danger: the command removes without being told to, tells something else than it does, or is killed in the middle and leaves something
// that is needed without its file, or something that nothing needs for ever.
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { buildProgram } from '../../cli/main';
import { pinDataset } from '../../store/datasets';
import { type GcParts, removeUnneeded } from '../../store/gc';
import { insertEdge } from '../../store/lineage';
import { stageForEach } from './gc-stage';

const { now, fileOf, age, old, aDataset, anEntry, there } = stageForEach();
let db: Pool;
let root: string;
let parts: GcParts;
beforeEach(() => {
  ({ db, root, parts } = now());
});

describe('the command', () => {
  const before = { ...process.env };
  beforeEach(() => {
    Object.assign(process.env, { DATABASE_URL: now().database.url, PERENNIAL_ARTIFACTS: root });
  });
  afterEach(() => {
    process.env = { ...before };
  });

  /** @returns its lines, on stdout and stderr, and the exit code */
  async function perennial(...args: string[]): Promise<{ said: string; errors: string; code: unknown }> {
    const [lines, errors]: [string[], string[]] = [[], []];
    const spies = [
      jest.spyOn(console, 'log').mockImplementation((text: string) => void lines.push(text)),
      jest.spyOn(console, 'error').mockImplementation((text: string) => void errors.push(text)),
    ];
    const code = process.exitCode;
    try {
      await buildProgram().parseAsync(['node', 'perennial', 'data', ...args, '--state', '/nowhere/at/all']);
      return { said: lines.join('\n'), errors: errors.join('\n'), code: process.exitCode };
    } finally {
      process.exitCode = code ?? 0;
      for (const spy of spies) spy.mockRestore();
    }
  }
  const gc = (...args: string[]) => perennial('gc', '--keep-runs', '90d', '--despite-previews', ...args);

  test('says what would go; with --apply it goes, and `data show` says so', async () => {
    const [gone, kept] = [await aDataset(await old('gone')), await aDataset(await old('kept'))];
    await pinDataset(db, kept, { by: 'ana', reason: null });
    const dry = await gc();
    expect([dry.code, dry.said]).toEqual([0, expect.stringMatching(/would go[^]*dataset +1[^]*give --apply/)]);
    expect(await there(gone)).toEqual([true]);
    expect((await gc('--why', kept.slice(0, 10))).said).toContain('pin of ana');
    expect((await gc('--why', gone)).said).toBe(`Nothing needs ${gone}.`);

    const lines = (await gc('--apply', '--json', '--by', 'bo')).said
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { digest: gone, kind: 'dataset' },
      { applied: true, count: 1 },
    ]);
    expect(await there(gone, kept)).toEqual([false, true]);
    expect((await perennial('show', gone)).said).toMatch(/removed +at .*by gc \d+ of bo/);
    expect((await perennial('show', kept)).said).not.toMatch(/^removed/m);
    const { said, errors } = await perennial('list');
    expect([errors, said]).toEqual(['', expect.stringContaining(gone.slice(0, 12))]);
    const listed = said.split('\n');
    expect(listed.find((line) => line.includes(gone.slice(0, 12)))).toMatch(/ removed *$/);
    expect(listed.find((line) => line.includes(kept.slice(0, 12)))).toMatch(/ pinned *$/);
    const iso: unknown = expect.stringMatching(/^\d{4}-.*Z$/);
    const asJson = (await perennial('list', '--json')).said.split('\n').map((line): unknown => JSON.parse(line));
    expect(asJson).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ digest: gone, removedAt: iso }),
        expect.objectContaining({ digest: kept, removedAt: null }),
      ]),
    );
    expect((await gc('--apply')).said).toMatch(/^Nothing needs to go/);
  });

  test('what is refused ends with its exit code', async () => {
    expect((await gc('--keep-runs', '2h')).code).toBe(2);
    expect((await gc('--why', '0000')).errors).toContain('PER_DATA_070');
    const other = await db.connect();
    await other.query('SELECT pg_advisory_lock(7235301947)');
    const busy = await gc();
    expect([busy.code, busy.errors]).toEqual([4, expect.stringContaining('PER_DATA_076')]);
    await other.query('SELECT pg_advisory_unlock(7235301947)');
    other.release(true);
  });

  test('beside previews nothing is removed; nor in the records of one', async () => {
    await old('gone');
    const { pathname } = new URL(now().database.url);
    const preview = `${pathname.slice(1)}_preview_fix-age`;
    await db.query(`CREATE DATABASE "${preview}" TEMPLATE template0`);
    const refused = await perennial('gc', '--keep-runs', '90d', '--apply');
    expect([refused.code, refused.errors]).toEqual([4, expect.stringMatching(/PER_DATA_077.*fix-age/)]);
    await db.query(`DROP DATABASE "${preview}"`);
    await db.query(
      `INSERT INTO preview (name, namespace, base, with_schedules, copied, base_at) VALUES ('p', 'n', 'b', false, '{}', now())`,
    );
    expect((await gc()).errors).toContain('PER_DATA_078');
  });
});

describe('kill -9', () => {
  const PLACES = [
    ['before', 'INSERT INTO artifact_gcs'],
    ['after', 'INSERT INTO artifact_gcs'],
    ['before', 'SET doomed_at = now'],
    ['after', 'SET doomed_at = now'],
    ['after', 'DELETE FROM cache_entries'],
    ['before', 'ORDER BY digest LIMIT 100 FOR UPDATE'],
    ['after', 'ORDER BY digest LIMIT 100 FOR UPDATE'],
    ['before', 'SET removed_at = now'],
    ['after', 'SET removed_at = now'],
    ['before', 'WITH ended AS'],
    ['after', 'WITH ended AS'],
  ] as const;

  /** The command itself, killed at a statement. @returns whether it was */
  async function killedAt(when: string, pattern: string): Promise<boolean> {
    const [order, mark] = [join(now().folder, 'die'), join(now().folder, 'died')];
    writeFileSync(order, JSON.stringify({ pattern, when, mark }));
    const project = join(__dirname, '../..');
    const command = [
      join(project, 'dist/cli/main.js'),
      'data',
      'gc',
      '--apply',
      '--keep-runs',
      '90d',
      '--despite-previews',
    ];
    const child = spawn(process.execPath, ['--require', join(project, 'test/chaos/die-at.cjs'), ...command], {
      env: { ...process.env, DATABASE_URL: now().database.url, PERENNIAL_ARTIFACTS: root, DIE_AT: order },
      stdio: 'inherit',
    });
    await new Promise((resolve) => child.once('close', resolve));
    return existsSync(mark);
  }

  test.each(PLACES)('%s %s: what is needed is there, and the next one goes on', async (when, pattern) => {
    const [pinned, parent, gone, more] = [
      await aDataset(await old('pinned')),
      await old('parent'),
      await old('gone'),
      await old('more'),
    ];
    await insertEdge(db, { child: pinned, parent, relation: 'rows-of', run: 'r', address: 'a' });
    await pinDataset(db, pinned, { by: 'ana', reason: null });
    await age(pinned);
    await anEntry('k', { gone }, 300);
    expect(await killedAt(when, pattern)).toBe(true);
    // Either as it was, or given up: what the cache still names is there.
    const { rows } = await db.query('SELECT key FROM cache_entries');
    if (rows.length > 0) expect(existsSync(fileOf(gone))).toBe(true);
    await lockIsFree();
    await removeUnneeded(parts);
    expect(await there(pinned, parent, gone, more)).toEqual([true, true, false, false]);
    expect((await db.query('SELECT key FROM cache_entries')).rows).toEqual([]);
  });

  /** The server takes a moment to see that the killed one is gone. */
  async function lockIsFree(): Promise<void> {
    for (;;) {
      const { rows } = await db.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
           AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')`,
      );
      if (rows.length === 0) return;
    }
  }
});
