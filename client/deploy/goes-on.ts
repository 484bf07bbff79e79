/** Types of the workflows that never end, or not soon: these move to the current build with the next history that they begin. */
export const GO_ON: readonly string[] = ['perennial.keeper', 'perennial.backfill'];

/** Whether a workflow of that type moves by itself. */
export function goesOn(type: string): boolean {
  return GO_ON.includes(type);
}
