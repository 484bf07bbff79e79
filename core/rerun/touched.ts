import { addressAt, indicesOf, type Outline, type Outlined } from './outline';

/**
 * Some uses of a node: those inside the items that `at` names, outermost map first. An empty `at` means all of them. On
 * a map `at` may be one longer, and then means that item of it.
 */
export interface Place {
  readonly node: string;
  readonly at: readonly number[];
}

/** Which uses of which nodes a rerun has to run again. */
export interface Touched {
  has(address: string, node: string): boolean;
}

/**
 * Everything that depends on some places. A node is touched when it, something it reads, or what encloses it has changed.
 * A map or branch is opened when something inside it is touched: its own value may then differ, while the rest of what
 * is inside it stays as it is. Of a repetition, all iterations after the one that is touched are touched too, since each
 * is given what the one before gave on.
 *
 * @param values containers whose value alone is computed otherwise than before
 */
export function touch(outline: Outline, places: readonly Place[], values: readonly string[] = []): Touched {
  const spread = new Spread(outline);
  for (const place of places) spread.touch(place);
  for (const node of values) spread.changeValue({ node, at: [] });
  return { has: (address, node) => spread.has(address, node) };
}

class Spread {
  private readonly touched = new Set<string>();
  private readonly opened = new Set<string>();
  /** Of repetitions, by place: the first iteration in which something is touched. */
  private readonly firstTouched = new Map<string, number>();

  constructor(private readonly outline: Outline) {}

  has(address: string, node: string): boolean {
    const indices = indicesOf(address);
    for (let depth = 0; depth <= indices.length; depth += 1) {
      const key = keyOf({ node, at: indices.slice(0, depth) });
      if (this.touched.has(key) || this.opened.has(key)) return true;
    }
    const maps = this.outline.get(node)?.maps ?? [];
    return maps.some((map, depth) => this.comesAfterTouched(map, indices.slice(0, depth), indices[depth] ?? 0));
  }

  private comesAfterTouched(node: string, at: readonly number[], iteration: number): boolean {
    const firsts = Array.from({ length: at.length + 1 }, (_, depth) =>
      this.firstTouched.get(keyOf({ node, at: at.slice(0, depth) })),
    );
    return firsts.some((first) => first !== undefined && iteration > first);
  }

  touch(place: Place): void {
    const key = keyOf(place);
    const known = this.outline.get(place.node);
    if (!known || this.touched.has(key)) return;
    this.touched.add(key);
    this.touchLater(known, place.at);
    for (const node of known.inside) this.touch({ node, at: place.at });
    // An item of a map: the map itself is not touched, what is inside the item was.
    if (place.at.length > known.maps.length) this.open(this.around(place.node, place.at));
    else this.tellReaders(known, place.at);
  }

  open(place: Place): void {
    const key = keyOf(place);
    const known = this.outline.get(place.node);
    if (!known || this.opened.has(key)) return;
    this.opened.add(key);
    this.tellReaders(known, place.at);
  }

  private around(node: string, at: readonly number[]): Place {
    return { node, at: at.slice(0, this.outline.get(node)?.maps.length ?? 0) };
  }

  /** What is computed of what is inside a node has changed: that is handed on by a repetition, and else only its value. */
  changeValue(place: Place): void {
    if (this.outline.get(place.node)?.node.kind === 'until') this.touch(place);
    else this.open(place);
  }

  /** Iterations after the one that a place is in. */
  private touchLater({ node, maps }: Outlined, at: readonly number[]): void {
    const around = at.length > maps.length ? [...maps, node.id] : maps;
    for (const [depth, map] of around.entries()) {
      if (this.outline.get(map)?.node.kind !== 'until') continue;
      const key = keyOf({ node: map, at: at.slice(0, depth) });
      // A place in all iterations begins with the first.
      const index = at[depth] ?? 0;
      this.firstTouched.set(key, Math.min(index, this.firstTouched.get(key) ?? index));
    }
  }

  /** Whoever sees a node is in its scope or deeper: what of its items is touched is touched there too. */
  private tellReaders({ readers, valueReaders, container }: Outlined, at: readonly number[]): void {
    for (const node of readers) this.touch({ node, at });
    for (const node of valueReaders) if (node !== container) this.changeValue(this.around(node, at));
    if (container !== null) this.open(this.around(container, at));
  }
}

function keyOf({ node, at }: Place): string {
  return `${node} ${at.join(' ')}`;
}

/** Addresses of the maps and branches around a use of a node, innermost first. */
export function enclosing(outline: Outline, address: string, node: string): string[] {
  const indices = indicesOf(address);
  const around: string[] = [];
  for (let next = outline.get(node)?.container ?? null; next !== null;) {
    const known = outline.get(next);
    if (!known) break;
    around.push(addressAt(known, indices));
    next = known.container;
  }
  return around;
}
