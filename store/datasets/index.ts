export type { DatasetRow } from './dataset-row';
export { findDataset } from './find-dataset';
export { insertDataset } from './insert-dataset';
export { listDatasets } from './list-datasets';
