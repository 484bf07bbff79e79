export type { CollectedFile, CollectionRow } from './collection-row';
export { insertCollection } from './insert-collection';
export { lastFiles } from './last-files';
export { newestCollected } from './newest-collected';
