/**
 * Of some names, the one that was most likely meant: at most a third of its letters differ (one at least), or it begins
 * with what was given, or the other way round: of `count` and `folder`, `count` for `cuont`. Null when none is near.
 */
export function nearest(given: string, names: readonly string[]): string | null {
  const ranked = names
    .map((name) => ({ name, distance: distanceOf(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= allowed(given, name))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.name ?? null;
}

function allowed(given: string, name: string): number {
  const [short, long] = [given, name].map((text) => text.toLowerCase()).sort((a, b) => a.length - b.length);
  if (short !== undefined && short.length > 2 && long?.startsWith(short)) return long.length;
  return Math.max(1, Math.floor(Math.max(given.length, name.length) / 3));
}

/** How many letters are added, left out, changed or swapped with their neighbour (Damerau and Levenshtein's count). */
function distanceOf(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : Infinity;
      next.push(Math.min(changed, swapped, at(row, j) + 1, at(next, j - 1) + 1));
    }
    [before, row] = [row, next];
  }
  return at(row, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
