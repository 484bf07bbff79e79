/** Turns what each feature brought into shares that add up to 1; all 0 when none brought anything. */
export function shares(amounts: ReadonlyMap<string, number>): Record<string, number> {
  const total = [...amounts.values()].reduce((sum, amount) => sum + amount, 0);
  return Object.fromEntries([...amounts].map(([name, amount]) => [name, total > 0 ? amount / total : 0]));
}
