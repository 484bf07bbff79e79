import { z } from 'zod';
import type { TypedColumn } from './feature-conditions';
import {
  Clip,
  columnsOfRepairs,
  ImputeNumber,
  ImputeText,
  MOST_REPAIRS,
  Normalise,
  NumberRepair,
  Others,
  StandIns,
  standInsOf,
  TextRepair,
  TimestampRepair,
  wrongInCategory,
  wrongInNumber,
  wrongInRepairs,
} from './feature-rules';

/**
 * A number, taken as float32. Null, NaN and infinities are missing, and so are the values in `missing`. Rules apply in
 * this order: `repair` (of its cases the first whose `where` holds), `missing`, `otherwise` (of several the first that
 * has a value), `clip`, `impute`. What `clip` and `impute` fit is of the training rows alone, and
 * is carried in the model. Without `impute` a missing number stays missing: trainers learn what that means.
 */
export const NumberFeature = z.object({
  kind: z.literal('number'),
  name: z.string().min(1),
  column: z.string().min(1),
  repair: z.array(NumberRepair).min(1).max(MOST_REPAIRS).optional(),
  missing: z.array(z.number()).min(1).optional(),
  otherwise: StandIns.optional(),
  clip: Clip.optional(),
  impute: ImputeNumber.optional(),
});
export type NumberFeature = z.infer<typeof NumberFeature>;

/**
 * A category by its text. Null, empty after normalising, and spellings unseen in training are one code: unknown. `map`
 * takes normalised values to others (null: missing), in one step; `otherwise` is another text column for rows without
 * a text; `impute` is for what is missing, never for a spelling that training has not seen.
 */
export const CategoryFeature = z.object({
  kind: z.literal('category'),
  name: z.string().min(1),
  column: z.string().min(1),
  repair: z.array(TextRepair).min(1).max(MOST_REPAIRS).optional(),
  otherwise: Others.optional(),
  normalise: z.array(Normalise).default(['trim', 'nfc', 'upper']),
  map: z.record(z.string(), z.string().nullable()).optional(),
  impute: ImputeText.optional(),
});
export type CategoryFeature = z.infer<typeof CategoryFeature>;

/**
 * One calendar part of an instant (int64 epoch ms UTC at the border), by integer arithmetic. Monday is 0. `missing` are
 * instants, in epoch milliseconds, that count as missing; `otherwise` is another column of instants for where it is.
 */
export const CalendarFeature = z.object({
  kind: z.literal('calendar'),
  name: z.string().min(1),
  column: z.string().min(1),
  repair: z.array(TimestampRepair).min(1).max(MOST_REPAIRS).optional(),
  missing: z.array(z.int()).min(1).optional(),
  otherwise: Others.optional(),
  part: z.enum(['minute', 'hour', 'day-of-week']),
});
export type CalendarFeature = z.infer<typeof CalendarFeature>;

export const Feature = z.discriminatedUnion('kind', [NumberFeature, CategoryFeature, CalendarFeature]);
export type Feature = z.infer<typeof Feature>;

/**
 * The row-level rules between raw columns and a model's inputs. Compiled twice: to SQL for training, and into the
 * ONNX graph for serving, from one description, so that the two cannot drift apart.
 */
export const FeatureSpec = z
  .object({ features: z.array(Feature).min(1) })
  .refine((spec) => new Set(spec.features.map((f) => f.name)).size === spec.features.length, {
    error: 'two features have the same name',
  })
  .refine((spec) => !rawTypes(spec.features).some(([column]) => column === 'probability'), {
    error: "a column may not be called 'probability': that is the name of a model's output",
  })
  .superRefine(({ features }, context) => {
    for (const [column, types] of rawTypes(features)) {
      if (types.size === 1) continue;
      const message = `one column, '${column}', is used by features or conditions of different kinds (as ${[...types].join(' and as ')}): a raw input has one type`;
      context.addIssue({ code: 'custom', message });
    }
    for (const feature of features) {
      const wrong = wrongIn(feature);
      if (wrong !== null) context.addIssue({ code: 'custom', message: `feature '${feature.name}' ${wrong}` });
    }
  });
export type FeatureSpec = z.infer<typeof FeatureSpec>;

/** How a raw column enters a model: float32 with NaN missing, text with '' missing, or int64 epoch milliseconds. */
export const RawColumn = z.object({ name: z.string(), type: z.enum(['number', 'text', 'timestamp']) });
export type RawColumn = z.infer<typeof RawColumn>;

/** The inputs and the output of a served model. Every input is [N, 1]; the output is float32 [N]. */
export const Signature = z.object({ inputs: z.array(RawColumn).min(1), output: z.literal('probability') });
export type Signature = z.infer<typeof Signature>;

/** A missing instant at the border of a model: the smallest int64, as text because JSON has no int64. */
export const MISSING_INSTANT = '-9223372036854775808';

/** The signature of every model trained on a spec: one input per raw column, in the order of first use. */
export function signatureOf(spec: FeatureSpec): Signature {
  const inputs = rawTypes(spec.features).flatMap(([name, types]) => [...types].map((type) => ({ name, type })));
  return { inputs, output: 'probability' };
}

const RAW_TYPE = { number: 'number', category: 'text', calendar: 'timestamp' } as const;

function rawTypes(features: readonly Feature[]): [column: string, types: Set<RawColumn['type']>][] {
  const byColumn = new Map<string, Set<RawColumn['type']>>();
  for (const feature of features) {
    for (const { name, type } of rawColumns(feature)) {
      const types = byColumn.get(name) ?? new Set();
      byColumn.set(name, types.add(type));
    }
  }
  return [...byColumn];
}

/** The raw columns that a feature reads: its own, those that stand in for it, then those of its repairs. */
export function rawColumns({ kind, column, otherwise, repair }: ColumnsRead): readonly TypedColumn[] {
  const type = RAW_TYPE[kind];
  const others = standInsOf(otherwise).map((standIn) => ({ name: standIn.column, type }));
  return [{ name: column, type }, ...others, ...columnsOfRepairs(repair, type)];
}

/** What says which columns a feature reads: a feature, or the profile of one. */
interface ColumnsRead {
  readonly kind: Feature['kind'];
  readonly column: string;
  readonly otherwise?: NumberFeature['otherwise'];
  readonly repair?: Feature['repair'];
}

function wrongIn(feature: Feature): string | null {
  const standIns = standInsOf(feature.otherwise).map(({ column }) => column);
  if (standIns.includes(feature.column)) return `takes '${feature.column}' to stand in for itself`;
  const twice = standIns.find((column, i) => standIns.indexOf(column) !== i);
  if (twice !== undefined) return `takes '${twice}' to stand in twice`;
  const wrong = wrongInRepairs(feature.column, feature.repair);
  if (wrong !== null) return wrong;
  if (feature.kind === 'number') return wrongInNumber(feature);
  return feature.kind === 'category' ? wrongInCategory(feature) : null;
}

/** A binary target: 1 where `column >= atLeast`. */
export const Label = z.object({ column: z.string().min(1), atLeast: z.number() });
export type Label = z.infer<typeof Label>;
