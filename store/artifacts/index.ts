export { diskArtifacts } from './disk';
export { findArtifacts, type ArtifactRow } from './find-artifacts';
export { recordArtifact } from './record-artifact';
