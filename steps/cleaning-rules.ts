import { z } from 'zod';

const names = z.array(z.string()).min(1);
/** The rule's name in the report and in the step's output, and the reason of the rows that it puts into quarantine. */
const base = z.object({ name: z.string().regex(/^[a-z][a-z0-9_]*$/) });
const onColumn = base.extend({ column: z.string() });
const onTexts = base.extend({ columns: names });
const value = z.union([z.string(), z.number(), z.boolean()]);
const replacement = z
  .string()
  .regex(/^(?:[^\\]|\\[\d\\])*$/, 'a backslash stands before a digit (a group) or another backslash');
const bound = z.union([z.number(), z.object({ quantile: z.number().min(0).max(1) })]);

/** Repairs of a row by itself. */
const repairs = [
  /**
   * Reads a text as a value of another type. A blank text is no value (null). Other text that cannot be read becomes null and
   * is counted, or takes its row into quarantine. A column that has the type already stays as it is.
   */
  onColumn.extend({
    kind: z.literal('parse'),
    as: z.enum(['integer', 'number', 'timestamp', 'boolean']),
    /** For timestamps: forms of strptime, tried in order. Without them ISO 8601. An instant without a zone is UTC. */
    formats: names.optional(),
    /** For booleans: what means true and what means false, upper case or lower. */
    yes: names.default(['true', 'yes', 'y', 't', '1']),
    no: names.default(['false', 'no', 'n', 'f', '0']),
    onFailure: z.enum(['null', 'quarantine']).default('null'),
  }),
  /** Takes white space from both ends. */
  onTexts.extend({ kind: z.literal('trim') }),
  onTexts.extend({ kind: z.literal('case'), to: z.enum(['lower', 'upper']) }),
  /** The composed form of Unicode: one spelling for what looks the same. */
  onTexts.extend({ kind: z.literal('nfc') }),
  /**
   * Puts `with` in the place of each match of a pattern (RE2, anchored nowhere); `\1` to `\9` in it are what the pattern's
   * groups hold, `\0` all of the match.
   */
  onTexts.extend({ kind: z.literal('replace'), pattern: z.string().min(1), with: replacement }),
  /** Values to values, of texts, integers and booleans; a null stays null. `otherwise` is for those not named. */
  onColumn.extend({
    kind: z.literal('map'),
    values: z.record(z.string(), value.nullable()),
    otherwise: z.union([z.literal('keep'), z.null(), z.object({ value })]).default('keep'),
  }),
  /**
   * Fills what is missing: null, NaN, a blank text. Mean, median and mode are exact and those of this data set, rows in
   * quarantine left out; without any value nothing is filled. In a column of integers the mean is rounded, and there the
   * median is the lower of two. A mode that is shared is the smallest. Fitted values that serving needs too belong to the
   * feature spec, which is fitted on the training part alone.
   */
  onColumn.extend({
    kind: z.literal('impute'),
    with: z.union([z.enum(['mean', 'median', 'mode']), z.object({ value })]),
  }),
  /** Pulls numbers back to bounds; a quantile is the value that stands at its place in this data set. NaN stays. */
  onColumn.extend({ kind: z.literal('clip'), min: bound.optional(), max: bound.optional() }),
  /** Sets a column to the SQL expression `to` in the rows where the SQL condition `where` is true. */
  onColumn.extend({ kind: z.literal('repair'), where: z.string().min(1), to: z.string().min(1) }),
] as const;

/** Repairs of a row by the others, or by another data set. */
const withOthers = [
  /**
   * Takes columns from the row of another data set (its name in `against` of {@link clean}) that has the same key. A null
   * has no match. A key that is there twice is refused.
   */
  base.extend({
    kind: z.literal('look-up'),
    columns: names,
    reference: z.string(),
    /** The key's columns over there, by default of the same names. */
    theirs: names.optional(),
    take: names,
    onNoMatch: z.enum(['null', 'quarantine']).default('null'),
  }),
  /** Fills nulls with the last value before them in time, within each key. Rows without key or time are left alone. */
  onColumn.extend({ kind: z.literal('forward-fill'), by: names, time: z.string() }),
  /**
   * Numbers further than `factor` times the distance between the quartiles outside of these: of all rows, or of those that
   * agree in `by`. NaN is left alone.
   */
  onColumn.extend({
    kind: z.literal('outliers'),
    factor: z.number().positive().default(1.5),
    by: names.optional(),
    action: z.enum(['quarantine', 'clip', 'null']),
  }),
] as const;

/**
 * A repair of a data set. Rules apply in order, each to what the ones before it left; a row in quarantine takes no further
 * part.
 *
 * @example
 * const rules: z.input<typeof CleaningRule>[] = [
 *   { kind: 'trim', name: 'no_spaces', columns: ['origin', 'delay'] },
 *   { kind: 'parse', name: 'delay_unreadable', column: 'delay', as: 'integer', onFailure: 'quarantine' },
 *   { kind: 'clip', name: 'delay_capped', column: 'delay', max: { quantile: 0.999 } },
 *   { kind: 'look-up', name: 'airport_unknown', columns: ['origin'], reference: 'airports', theirs: ['iata'], take: ['state'] },
 * ];
 */
export const CleaningRule = z.discriminatedUnion('kind', [...repairs, ...withOthers]);
export type CleaningRule = z.infer<typeof CleaningRule>;

/** Cleaning rules of some kinds. */
export type RuleOf<Kind extends CleaningRule['kind']> = Extract<CleaningRule, { kind: Kind }>;
