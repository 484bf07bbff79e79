import { z } from 'zod';
import type { Json } from '../../core/plan/json';

const scalar = z.union([z.number(), z.string(), z.null()]);

/** The figures of a column as the records hold them; figures that a version of before did not take are null. */
export const ColumnFigures = z.object({
  nulls: z.number(),
  distinct: z.number(),
  min: scalar.default(null),
  max: scalar.default(null),
  mean: z.number().nullable().default(null),
  deciles: z.array(z.number()).nullable().default(null),
  top: z
    .array(z.object({ value: z.string(), rows: z.number() }))
    .nullable()
    .default(null),
});
export type ColumnFigures = z.infer<typeof ColumnFigures>;

const Schema = z.object({
  // Lists, structs and the like are of no type that a rule knows.
  columns: z.array(
    z.object({
      name: z.string(),
      type: z
        .string()
        .nullable()
        .transform((type) => type ?? 'other'),
      sql: z.string().default(''),
    }),
  ),
  time: z.string().nullable().default(null),
});
const Profile = z.record(z.string(), ColumnFigures);

/** A column of a data set version. `figures` is null where the records have none. */
export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
  readonly sql: string;
  readonly figures: ColumnFigures | null;
}

/** Schema and profile of a data set version, put together by column. */
export interface Described {
  /** The column that windows cut by. */
  readonly time: string | null;
  readonly columns: readonly DescribedColumn[];
}

/** Reads what the records hold of the columns. What has another form is left out: the rest is still told. */
export function readDescribed({ schema, profile }: { readonly schema: Json; readonly profile: Json }): Described {
  const read = Schema.safeParse(schema);
  const figures = Profile.safeParse(profile);
  if (!read.success) return { time: null, columns: [] };
  const by = new Map(Object.entries(figures.success ? figures.data : {}));
  return {
    time: read.data.time,
    columns: read.data.columns.map((column) => ({ ...column, figures: by.get(column.name) ?? null })),
  };
}
