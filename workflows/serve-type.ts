/**
 * Who serves a workflow type: the engine's own begin with `perennial.`, every other one is the name of a pipeline,
 * whatever it is called (`constructor` is a name like any other).
 *
 * @throws an Error for a type of the engine's that this build does not know. Thrown plainly it fails the task, which is
 * tried again: a worker that knows the type may come.
 */
export function serveType<T>(type: string, engine: { readonly [type: string]: T }, pipeline: T): T {
  const own = Object.hasOwn(engine, type) ? engine[type] : undefined;
  if (own !== undefined) return own;
  if (type.startsWith('perennial.')) throw new Error(`This build knows no workflow ${type}.`);
  return pipeline;
}
