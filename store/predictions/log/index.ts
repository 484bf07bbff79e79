export { claimFolder, isLeftBehind, touchFolder } from './owner';
export { PredictionLog, type LogOptions, type Prediction } from './prediction-log';
export { CLOSED_ENDING, OPEN_ENDING, SYNC_EVERY_MS } from './segment';
export { adoptFolder, adoptLeftBehind, readSegment, uploadClosed, uploadSegment, type UploadTo } from './upload';
