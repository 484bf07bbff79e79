import { serveCauses } from './causes';
import { serveLabels } from './labels';
import { serveModels } from './models';
import { serveOperations } from './operations';
import type { RouteParts } from './parts';
import { servePredict } from './predict';

export type { RouteParts } from './parts';

/** Adds every route of serving. */
export function serveRoutes(parts: RouteParts): void {
  servePredict(parts);
  serveLabels(parts);
  serveModels(parts);
  serveCauses(parts);
  serveOperations(parts);
}
