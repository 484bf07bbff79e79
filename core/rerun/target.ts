import { perennialError } from '../errors';
import { isNumbered } from '../nodes';
import { noSuchNode } from './no-such-node';
import type { Outline } from './outline';
import type { Place } from './touched';

/** What a person asked a rerun to run again. */
export interface Choice {
  /** A node's id (`train`: in every item), or its address (`per-seed[3]/train`). */
  readonly from?: string;
  /** An item of a map, or an iteration: `per-seed[3]`, `outer[1]/inner[3]`. */
  readonly only?: string;
}

/**
 * The place that a choice names; null when it names none. `from` and `only` together: that node inside that item.
 *
 * @throws PER_RUN_036 naming what there is
 */
export function targetOf(outline: Outline, { from, only }: Choice): Place | null {
  const item = only === undefined ? null : itemNamed(outline, only);
  const node = from === undefined ? null : nodeNamed(outline, from);
  if (item === null || node === null) return item ?? node;
  const { maps } = outline.get(node.node) ?? { maps: [] };
  if (maps[item.at.length - 1] === item.node && node.at.every((index, depth) => item.at[depth] === index)) {
    return { node: node.node, at: node.at.length > item.at.length ? node.at : item.at };
  }
  throw perennialError('PER_RUN_036', `'${node.node}' is not inside the item ${only ?? ''}.`);
}

function nodeNamed(outline: Outline, text: string): Place {
  const steps = text.split('/');
  const node = steps.at(-1) ?? '';
  const known = outline.get(node);
  if (!known) throw noSuchNode(text, outline);
  const at = itemsNamed(steps.slice(0, -1), known.maps);
  if (at && (at.length === 0 || at.length === known.maps.length)) return { node, at };
  throw perennialError('PER_RUN_036', `'${text}' is no node: '${node}' is ${whereOf(known.maps)}.`);
}

function itemNamed(outline: Outline, text: string): Place {
  const steps = text.split('/');
  const node = /^([^[]*)\[\d+\]$/.exec(steps.at(-1) ?? '')?.[1] ?? '';
  const known = outline.get(node);
  const maps = [...outline.values()].flatMap((each) => (isNumbered(each.node) ? [each.node.id] : []));
  if (!known || !isNumbered(known.node)) {
    throw perennialError(
      'PER_RUN_036',
      `'${text}' is no item of a map, like ${maps[0] ?? 'map'}[3] (maps: ${maps.join(', ') || 'none'}).`,
    );
  }
  const at = itemsNamed(steps, [...known.maps, node]);
  if (at?.length === known.maps.length + 1) return { node, at };
  throw perennialError('PER_RUN_036', `'${text}' is no item: '${node}' is ${whereOf(known.maps)}.`);
}

/** Indices of items like `outer[1]`, when they are of these maps in this order; else null. */
function itemsNamed(steps: readonly string[], maps: readonly string[]): number[] | null {
  const indices = steps.map((step, depth) => {
    const [, map, index] = /^([^[]+)\[(\d+)\]$/.exec(step) ?? [];
    return map !== undefined && map === maps[depth] ? Number(index) : null;
  });
  const found = indices.filter((index) => index !== null);
  return found.length === indices.length ? found : null;
}

function whereOf(maps: readonly string[]): string {
  return maps.length === 0 ? 'inside no map' : `inside ${maps.map((map) => `${map}[..]`).join('/')}`;
}
