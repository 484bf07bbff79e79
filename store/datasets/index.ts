export type { DatasetRow } from './dataset-row';
export { findDataset } from './find-dataset';
export { artifactNamed, datasetNamed } from './find-digests';
export { findMarks, type Marks } from './find-marks';
export { insertDataset } from './insert-dataset';
export { type DatasetLine, listDatasets } from './list-datasets';
export { pinDataset, unpinDataset } from './pin-dataset';
export { tagDataset, untagDataset } from './tag-dataset';
