import type { ItemRow } from '../../store/nodes/list-items';
import { table } from '../frame';
import { shortened } from './cut';
import { took } from './duration';
import { shellWord } from './shell-word';

/** A page of the items of a map. */
export interface ItemsView {
  readonly run: string;
  /** Its address. */
  readonly map: string;
  readonly items: readonly ItemRow[];
  /** The last item's number, when there are more; null: no more. */
  readonly next: number | null;
}

/** Characters of an error in a line. */
const ERROR = 120;

/** Items for people, one a line. */
export function itemsText({ run, map, items, next }: ItemsView, now: Date, width: number | null = null): string {
  if (items.length === 0) return 'No such items.';
  const rows = items.map((item) => [
    `${map}[${item.item}]`,
    item.status,
    item.nodes,
    took(item.first_claimed, item.ended_at, now),
    item.error === null ? null : shortened(`${item.failed ?? ''}: ${item.error.message}`, ERROR),
  ]);
  const list = table(['item', 'status', 'nodes', 'took', 'error'], rows, width);
  const first = items[0]?.item ?? 0;
  const one = `An item's nodes: perennial show ${run} --node ${shellWord(`${map}[${first}]`)}`;
  const more = next === null ? [] : [`More: --after ${shellWord(`${map}[${next}]`)}`];
  return [list, ...more, one].join('\n\n');
}
