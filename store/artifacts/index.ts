export { diskArtifacts } from './disk';
export { findArtifacts, type ArtifactRow } from './find-artifacts';
export { type NewArtifact, recordArtifact } from './record-artifact';
export { type ScratchArtifacts, scratchArtifacts } from './scratch';
export { type UsedArtifact, useArtifacts } from './use-artifacts';
