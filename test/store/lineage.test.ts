/**
 * Danger: a list of edges that follows the wrong end of the arrow, or that loses an edge between two pages: what a model
 * was made from would be told with a hole.
 */
import type { Pool } from 'pg';
import { openDb } from '../../store/db';
import { type Edge, type EdgesPage, insertEdge, listChildren, listParents } from '../../store/lineage';
import { createTestDatabase, type TestDatabase } from '../database';
import { anArtifact, aRun } from './rows';

let database: TestDatabase;
let db: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
});

afterAll(async () => {
  await db.end();
  await database.drop();
});

/** Every edge, read two at a time. */
async function paged(list: (page: EdgesPage) => Promise<Edge[]>): Promise<Edge[]> {
  const all: Edge[] = [];
  for (;;) {
    const after = all.at(-1);
    const page = await list({ limit: 2, ...(after === undefined ? {} : { after }) });
    all.push(...page);
    if (page.length < 2) return all;
  }
}

test('edges are listed from either end, whole or by pages, in one order', async () => {
  const run = await aRun(db, 'lineage-1');
  const [a, b, c] = [await anArtifact(db, 'a'), await anArtifact(db, 'b'), await anArtifact(db, 'c')];
  const edge = (child: string, parent: string, relation: string): Edge => ({
    ...{ child, parent, relation, run, address: 'n' },
  });
  const fromSource = edge(a, 'source', 'source');
  const made = [edge(b, a, 'input'), edge(b, a, 'rows-of'), edge(c, a, 'input')];
  const mixed = edge(c, b, 'input');
  for (const each of [mixed, ...made, fromSource]) await insertEdge(db, each);

  expect(await listChildren(db, a)).toEqual(made);
  expect(await paged((page) => listChildren(db, a, page))).toEqual(made);
  expect(await listParents(db, c)).toEqual([made[2], mixed]);
  expect(await paged((page) => listParents(db, b, page))).toEqual([made[0], made[1]]);
  expect(await listParents(db, a)).toEqual([fromSource]);
  expect(await listChildren(db, c)).toEqual([]);
});
