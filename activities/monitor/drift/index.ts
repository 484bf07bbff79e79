// `perennial-ml/drift`: what users' step code imports. Statistics, references, bands and detectors are pure; measureDrift
// and countSamples read Parquet files.
export { DRIFT_STATISTICS, type DriftStatistic } from '../../../steps/drift-statistics';
export { addCounts, takeCounts } from './add-counts';
export { type Band, bandOf, chanceAmongChunks } from './band';
export { countInBins, decileEdges, sharesOf, type ValueCount } from './bins';
export { type ChiSquare, chiSquare, chiSquareChance } from './chi-square';
export { type ColumnCounts, type ColumnDrift, compareCounts } from './compare';
export type { DriftColumn, Sample } from './count-columns';
export * from './detectors';
export { fillEmpty, sturgesShares } from './evidently';
export { type ExpectedQuality, expectedQuality } from './expected-quality';
export { jensenShannonDistance } from './jensen-shannon';
export { kolmogorovSmirnov, kolmogorovSmirnovChance } from './kolmogorov-smirnov';
export { lInfinity } from './l-infinity';
export { countSamples, type DriftOptions, type DriftReport, measureDrift } from './measure-drift';
export { populationStabilityIndex } from './psi';
export { rollingWindows, type Season, seasonWindow } from './reference-windows';
export { perDeviation, standardDeviation, wasserstein } from './wasserstein';
export { type AucEstimate, aucWithVariance } from './multivariate/delong';
export { type DomainDrift, domainClassifier, type DomainOptions } from './multivariate/domain-classifier';
export {
  type ChunkError,
  fitReconstruction,
  type Reconstruction,
  type ReconstructionDrift,
  reconstructionDrift,
  reconstructionErrors,
} from './multivariate/reconstruction';
export { joinTables, readTable, type RowTable, type TableColumn } from './multivariate/row-table';
