/* oxlint-disable typescript/no-unnecessary-type-parameters, eslint/no-unused-vars -- type parameters are all there is */

/** True when two types are the same, not merely assignable to each other. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only when the type given is `true`. */
export function holds<T extends true>(..._: T extends true ? [] : [never]): void {
  return;
}
