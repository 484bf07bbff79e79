export type { Edge } from './edge';
export { insertEdge } from './insert-edge';
export { listChildren } from './list-children';
export { listParents } from './list-parents';
