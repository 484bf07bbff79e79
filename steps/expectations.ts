import { z } from 'zod';
import { lengthOf } from '../core/plan/time';
import { ColumnType } from './collect';
import { Label } from './features';
import { Instant } from './types';

const base = z.object({ severity: z.enum(['warn', 'fail']).default('fail') });
const onColumn = base.extend({ column: z.string() });
const bounds = { min: z.number().optional(), max: z.number().optional() };
const shares = { minShare: z.number().min(0).max(1).default(0), maxShare: z.number().min(0).max(1).default(1) };
const names = z.array(z.string()).min(1);
const length = z.string().refine((text) => lengthOf(text) !== null, { error: "a length of time: '90m', '36h', '7d'" });
/** A data set to compare with, by its name in `against` of {@link validate}. */
const reference = { reference: z.string() };

/** About the rows as a whole. */
const aboutAll = [
  base.extend({ kind: z.literal('row-count'), min: z.int().optional(), max: z.int().optional() }),
  /** These columns are there; with `exactly` no others are. */
  base.extend({ kind: z.literal('columns'), names, exactly: z.boolean().default(false) }),
  onColumn.extend({ kind: z.literal('type'), is: ColumnType }),
  /** No two rows agree in all of the columns. Nulls agree with nulls. */
  base.extend({ kind: z.literal('unique'), columns: names }),
  onColumn.extend({ kind: z.literal('distinct-count'), min: z.int().optional(), max: z.int().optional() }),
  /** Distinct values over values: 1 when no value comes twice. */
  onColumn.extend({ kind: z.literal('distinct-share'), ...shares }),
] as const;

/** Figures of a column of numbers. NaN and infinities are left out. */
const aboutFigures = [
  onColumn.extend({ kind: z.literal('mean'), ...bounds }),
  /** Sample standard deviation (n - 1), to nine significant digits. */
  onColumn.extend({ kind: z.literal('std'), ...bounds }),
  onColumn.extend({ kind: z.literal('sum'), ...bounds }),
  /** Exact, linear between neighbours (Hyndman & Fan 1996, definition 7). */
  onColumn.extend({ kind: z.literal('quantile'), q: z.number().min(0).max(1), ...bounds }),
  /** Share of rows with `column >= atLeast` among those that have a value. */
  onColumn.extend({ kind: z.literal('class-balance'), atLeast: z.number(), ...shares }),
  /** Share of rows with one value among those that have any. */
  onColumn.extend({ kind: z.literal('category-share'), value: z.string(), ...shares }),
] as const;

/** Held or broken by each row by itself. */
const aboutRows = [
  onColumn.extend({ kind: z.literal('not-null'), maxShare: z.number().min(0).max(1).default(0) }),
  /** Neither NaN nor infinite. */
  onColumn.extend({ kind: z.literal('finite') }),
  onColumn.extend({ kind: z.literal('range'), ...bounds }),
  onColumn.extend({ kind: z.literal('time-range'), from: Instant, to: Instant }),
  onColumn.extend({ kind: z.literal('in-set'), values: names }),
  onColumn.extend({ kind: z.literal('not-in-set'), values: names }),
  /** Found anywhere in the text, in the syntax of RE2: anchor it with ^ and $. */
  onColumn.extend({ kind: z.literal('regex'), pattern: z.string() }),
  onColumn.extend({ kind: z.literal('not-regex'), pattern: z.string() }),
  onColumn.extend({ kind: z.literal('length'), min: z.int().optional(), max: z.int().optional() }),
  base.extend({ kind: z.literal('columns-differ'), left: z.string(), right: z.string() }),
  /** `left < right` and the like. A row with a null on either side keeps it. */
  base.extend({
    kind: z.literal('compare'),
    left: z.string(),
    is: z.enum(['<', '<=', '=', '>=', '>']),
    right: z.string(),
  }),
  /** The columns add up to `total`, give or take `tolerance`. */
  base.extend({
    kind: z.literal('adds-up'),
    columns: names,
    total: z.string(),
    tolerance: z.number().min(0).default(0),
  }),
  /** Where `when` has one of the values, `column` has a value. */
  onColumn.extend({ kind: z.literal('required-when'), when: z.string(), values: names }),
  /** A condition in SQL that rows hold or break; null counts as held. An expression over the columns, no statement. */
  base.extend({ kind: z.literal('sql'), name: z.string().min(1), holds: z.string().min(1) }),
] as const;

/** About the order of rows, and their place in time. */
const aboutOrder = [
  /** Never falls (or never rises) from row to row as the file has them; within each value of `by` where it is given. */
  onColumn.extend({
    kind: z.literal('monotonic'),
    direction: z.enum(['rising', 'falling']).default('rising'),
    strictly: z.boolean().default(false),
    by: z.string().optional(),
  }),
  /** The newest instant is at most `within` before `asOf`: the run's own time, handed in, never a clock. */
  onColumn.extend({ kind: z.literal('fresh'), asOf: Instant, within: length }),
  /** Each day (UTC) of `[from, to)` has at least so many rows. */
  onColumn.extend({ kind: z.literal('every-day'), from: Instant, to: Instant, rows: z.int().positive().default(1) }),
] as const;

/** Beside another data set. */
const aboutReference = [
  /** Rows over the rows of the other. */
  base.extend({ kind: z.literal('row-count-change'), ...reference, minRatio: z.number(), maxRatio: z.number() }),
  /** The columns of the other are here with the same types; `columns` names those that count. */
  base.extend({ kind: z.literal('same-schema'), ...reference, columns: names.optional() }),
  /** What stands in `columns` stands in `theirs` of the other (by default the same names). A null refers to nothing. */
  base.extend({ kind: z.literal('foreign-key'), columns: names, ...reference, theirs: names.optional() }),
  /** At most this share of the values is unknown to the other's column of that name. */
  onColumn.extend({ kind: z.literal('known-values'), ...reference, maxShare: z.number().min(0).max(1).default(0) }),
  /** No row is in both (`columns`: no entity; by default all columns count). Leakage across a split. */
  base.extend({ kind: z.literal('no-overlap'), ...reference, columns: names.optional() }),
  /** Every instant lies after the newest of the other. Leakage across a split by time. */
  onColumn.extend({ kind: z.literal('later-than'), ...reference }),
] as const;

/**
 * A column that orders the rows by their label better than this has seen the label: ROC-AUC of the column alone, whichever
 * way it points. Numbers and instants by their rank; texts by the rate of each value in the rows of even number, judged
 * on the others.
 */
const aboutLabel = [
  onColumn.extend({ kind: z.literal('predicts-label'), label: Label, maxAuc: z.number().min(0.5).max(1) }),
] as const;

/**
 * What must hold of a data set. Every figure is exact, or says how it is rounded. Bounds are inclusive, time ranges
 * half-open. A null breaks only what speaks of nulls (`not-null`, `required-when`); NaN counts as null there and breaks
 * every range.
 *
 * @example
 * const expectations: Expectation[] = [
 *   { kind: 'row-count', severity: 'fail', min: 5_000 },
 *   { kind: 'fresh', severity: 'warn', column: 'date', asOf: '2001-02-01T00:00:00.000Z', within: '36h' },
 *   { kind: 'no-overlap', severity: 'fail', reference: 'train', columns: ['customer'] },
 * ];
 */
export const Expectation = z.discriminatedUnion('kind', [
  ...aboutAll,
  ...aboutFigures,
  ...aboutRows,
  ...aboutOrder,
  ...aboutReference,
  ...aboutLabel,
]);
export type Expectation = z.infer<typeof Expectation>;

/** Expectations of some kinds. */
export type Of<Kind extends Expectation['kind']> = Extract<Expectation, { kind: Kind }>;
