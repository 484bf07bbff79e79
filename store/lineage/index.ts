export type { Edge } from './edge';
export { insertEdge } from './insert-edge';
export { type EdgesPage, listChildren, listParents } from './list-edges';
export { listTrainedOn, type TrainedOn } from './list-trained-on';
export { type Known, type Walked, walkLineage } from './walk-lineage';
