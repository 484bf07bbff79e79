export { diskArtifacts } from './disk';
export { findArtifacts, type ArtifactRow } from './find-artifacts';
export { listArtifacts } from './list-artifacts';
export { recordArtifact } from './record-artifact';
