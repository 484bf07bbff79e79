import { z } from 'zod';
import { perennialError } from '../core/errors';
import { canonicalJson, jsonOf } from '../core/plan/json';
import { sha256 } from '../core/plan/sha256';
import { CleaningRule } from './cleaning-rules';
import { Expectation } from './expectations';

const name = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and hyphens, the first a letter');

/** Expectations under a name, for several pipelines. It stands among the expectations of {@link validate} wherever it is used. */
export const Suite = z.object({ kind: z.literal('suite'), name, expectations: z.array(Expectation).min(1) });
export type Suite = z.infer<typeof Suite>;

/** Cleaning rules under a name, for several pipelines. It stands among the rules of {@link clean}, in its place. */
export const RuleSet = z.object({ kind: z.literal('rule-set'), name, rules: z.array(CleaningRule).min(1) });
export type RuleSet = z.infer<typeof RuleSet>;

/** A suite or a rule set that a step used: its name, and the version that it was. */
export const Used = z.object({
  name: z.string(),
  /** SHA-256 of what is in it: two versions of one name differ here. */
  digest: z.string(),
});
export type Used = z.infer<typeof Used>;

/**
 * Expectations that several pipelines share. What is in it decides its version: the records say of each data set version which
 * suite, in which version, has judged it (`perennial data suites`).
 *
 * @throws PER_DATA_114 for a name or an expectation that cannot be used
 */
export function suite(of: string, expectations: readonly z.input<typeof Expectation>[]): Suite {
  return declared(Suite, { kind: 'suite', name: of, expectations });
}

/**
 * Cleaning rules that several pipelines share, as {@link suite} does for expectations.
 *
 * @throws PER_DATA_114 for a name or a rule that cannot be used
 */
export function ruleSet(of: string, rules: readonly z.input<typeof CleaningRule>[]): RuleSet {
  return declared(RuleSet, { kind: 'rule-set', name: of, rules });
}

interface Given {
  readonly kind: string;
  readonly name: string;
  readonly expectations?: readonly unknown[];
  readonly rules?: readonly unknown[];
}

function declared<T>(schema: z.ZodType<T>, given: Given): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw perennialError('PER_DATA_114', `The ${given.kind} '${given.name}': ${z.prettifyError(parsed.error)}.`);
}

/** The version of a suite or a rule set: a digest of what is in it, without its name. */
export function versionOf(set: Suite | RuleSet): Used {
  const members = set.kind === 'suite' ? set.expectations : set.rules;
  return { name: set.name, digest: sha256(canonicalJson(jsonOf(members))) };
}

/** An expectation, and the suite that it came in; null: it stood by itself. */
export interface InSuite {
  readonly expectation: Expectation;
  readonly suite: string | null;
}

/**
 * Expectations one by one.
 *
 * @throws PER_DATA_114 when two suites have one name
 */
export function expectationsIn(given: readonly (Expectation | Suite)[]): InSuite[] {
  refuseTwice(given);
  return given.flatMap((one): InSuite[] =>
    one.kind === 'suite'
      ? one.expectations.map((expectation) => ({ expectation, suite: one.name }))
      : [{ expectation: one, suite: null }],
  );
}

/**
 * Cleaning rules one by one, in order.
 *
 * @throws PER_DATA_114 when two rule sets have one name
 */
export function rulesIn(given: readonly (CleaningRule | RuleSet)[]): CleaningRule[] {
  refuseTwice(given);
  return given.flatMap((one) => (one.kind === 'rule-set' ? one.rules : [one]));
}

/** A result tells the suite that it came in by name: of two with one name, nobody could say which was broken. */
function refuseTwice(given: readonly (Expectation | CleaningRule | Suite | RuleSet)[]): void {
  const first = new Map<string, string>();
  for (const one of given) {
    if (one.kind !== 'suite' && one.kind !== 'rule-set') continue;
    const { digest } = versionOf(one);
    const before = first.get(one.name);
    first.set(one.name, digest);
    if (before === undefined) continue;
    const versions = before === digest ? 'the same twice' : `${before.slice(0, 12)} and ${digest.slice(0, 12)}`;
    const fix = 'name it once, or give one of them another name';
    throw perennialError('PER_DATA_114', `The ${one.kind} '${one.name}' stands in a step twice (${versions}): ${fix}.`);
  }
}
