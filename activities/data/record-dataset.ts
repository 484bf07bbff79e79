import type { Json } from '../../core/plan/json';
import { Dataset } from '../../steps/types';
import { findDataset, insertDataset } from '../../store/datasets';
import { insertEdge } from '../../store/lineage';
import type { EngineContext } from '../run-step/context';
import { withDuckdb } from './duckdb';
import { profileOf } from './profile';
import { rowsDigest } from './rows-digest';
import { columnsOf, type Column } from './schema';

/** What a data set was made from: an artifact's digest or a source's name, and what it was to the data set. */
export interface Parent {
  readonly parent: string;
  readonly relation: string;
}

/**
 * Makes a Parquet file a data set version: the blob under the digest of its bytes at once; schema, profile, digest of
 * the rows, time range and lineage in the transaction that commits the node's output.
 *
 * @param path a file in `scratch`
 * @param options.time the column that windows cut by; without it the parents' is taken, else the first instant column
 */
export async function recordDataset(
  ctx: EngineContext,
  path: string,
  parents: readonly Parent[],
  options: { readonly scratch: string; readonly time?: string },
): Promise<Dataset> {
  const digest = await ctx.artifacts.putFile(path, 'dataset');
  const { run, address } = ctx;
  if ((await findDataset(ctx.db, digest)) === null) {
    const time = options.time ?? (await inheritedTime(ctx, parents));
    const described = await describe(ctx, path, options.scratch, time);
    ctx.inCommit((tx) => insertDataset(tx, { digest, ...described, run, address }));
  }
  ctx.inCommit(async (tx) => {
    for (const parent of parents) await insertEdge(tx, { child: digest, ...parent, run, address });
  });
  return Dataset.parse(digest);
}

async function describe(ctx: EngineContext, path: string, scratch: string, wanted: string | undefined) {
  return withDuckdb({ reads: [path], scratch, signal: ctx.signal }, async (duck) => {
    const columns = await columnsOf(duck, path);
    const { rows, columns: profile } = await profileOf(duck, path, columns);
    const time = columns.find((c) => c.name === wanted) ?? columns.find((c) => c.type === 'timestamp');
    const range = time ? profile[time.name] : undefined;
    return {
      rowsDigest: await rowsDigest(duck, path, columns),
      schema: schemaOf(columns, time?.name ?? null),
      profile,
      rows,
      timeFrom: instantOf(range?.min),
      timeTo: instantOf(range?.max),
    };
  });
}

function schemaOf(columns: readonly Column[], time: string | null): Json {
  return { columns: columns.map(({ name, type, sql }) => ({ name, type, sql })), time };
}

function instantOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

async function inheritedTime(ctx: EngineContext, parents: readonly Parent[]): Promise<string | undefined> {
  for (const { parent } of parents) {
    const schema = (await findDataset(ctx.db, parent))?.schema;
    if (typeof schema === 'object' && schema !== null && 'time' in schema && typeof schema.time === 'string') {
      return schema.time;
    }
  }
  return undefined;
}
