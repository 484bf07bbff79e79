export type { CollectedFile, CollectionRow } from './collection-row';
export { insertCollection } from './insert-collection';
export { lastFiles } from './last-files';
export { type CollectionLine, listCollections } from './list-collections';
export { listSources } from './list-sources';
export { newestCollected } from './newest-collected';
