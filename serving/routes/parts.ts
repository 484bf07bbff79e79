import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { PredictionLog } from '../../store/predictions/log';
import type { Metrics } from '../process/metrics';
import type { ModelTable } from '../process/model-table';

/** What the routes work with. */
export interface RouteParts {
  readonly app: FastifyInstance;
  readonly db: Pool;
  readonly table: ModelTable;
  readonly predictions: PredictionLog;
  readonly metrics: Metrics;
  /** Asks the supervisor, which alone knows all processes. */
  readonly ask: (what: 'flush' | 'metrics' | 'status') => Promise<unknown>;
}

/** The `:name` of a model's routes. */
export const ModelPath = z.object({ name: z.string() });
