export type { Edge } from './edge';
export { insertEdge } from './insert-edge';
export { type EdgesPage, listChildren, listParents } from './list-edges';
