import { nearest } from '../define/nearest';
import { perennialError } from '../errors';
import { addressAt, idIn, indicesOf, type Outline } from './outline';

/**
 * The error for a node that a run does not have: PER_RUN_036, with what was probably meant and what there is. Every verb
 * that takes a node refuses one by it.
 *
 * @param among the ids that it could have been; without them every node's
 */
export function noSuchNode(given: string, outline: Outline, among: readonly string[] = [...outline.keys()]): Error {
  const near = outline.get(nearest(idIn(given), among) ?? '');
  const item = /\[\d+\]$/.exec(given)?.[0] ?? '';
  const meant = near === undefined ? '' : `, did you mean '${addressAt(near, indicesOf(given))}${item}'?`;
  return perennialError('PER_RUN_036', `There is no node '${given}'${meant} (nodes: ${among.join(', ') || 'none'}).`);
}

/** The error for an address that leaves out which item of a map is meant. */
export function insideOfMap(given: string, example: string): Error {
  return perennialError('PER_RUN_036', `'${given}' is inside a map: name one item of it, like ${example}.`);
}
