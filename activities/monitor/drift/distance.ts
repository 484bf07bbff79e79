import { sharesOf } from './bins';
import { jensenShannonDistance } from './jensen-shannon';
import { populationStabilityIndex } from './psi';

/** How far a distribution has moved, by both measures. */
export interface Distance {
  readonly psi: number;
  readonly jensenShannon: number;
}

/** Both measures over rows by bin. */
export function distanceOf(reference: readonly number[], current: readonly number[]): Distance {
  const [r, c] = [sharesOf(reference), sharesOf(current)];
  return { psi: populationStabilityIndex(r, c), jensenShannon: jensenShannonDistance(r, c) };
}
