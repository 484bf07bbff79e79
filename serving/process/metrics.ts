import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The figures of one server process; the supervisor sums them over processes. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<'route' | 'status'>;
  readonly seconds: Histogram<'route'>;
  readonly predictions: Counter<'model' | 'version'>;
  readonly unlogged: Counter<'model'>;
  readonly withoutEventTime: Counter<'model'>;
  readonly runSeconds: Histogram<'model'>;
  readonly labels: Counter<'model' | 'outcome'>;
  readonly loadFailures: Counter<'model'>;
  readonly serving: Gauge<'model' | 'version'>;
}

/** Makes the figures, all at zero. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
  return {
    registry,
    requests: new Counter({
      name: 'perennial_requests_total',
      help: 'Requests answered, by route and status',
      labelNames: ['route', 'status'],
      registers,
    }),
    seconds: new Histogram({
      name: 'perennial_request_seconds',
      help: 'Time from the first byte of a request to its answer',
      labelNames: ['route'],
      buckets,
      registers,
    }),
    predictions: new Counter({
      name: 'perennial_predictions_total',
      help: 'Rows predicted',
      labelNames: ['model', 'version'],
      registers,
    }),
    unlogged: new Counter({
      name: 'perennial_unlogged_predictions_total',
      help: 'Rows predicted that could not be logged',
      labelNames: ['model'],
      registers,
    }),
    withoutEventTime: new Counter({
      name: 'perennial_predictions_without_event_time_total',
      help: "Rows without the event time that their model's rows should carry, which were given the wall clock's",
      labelNames: ['model'],
      registers,
    }),
    runSeconds: new Histogram({
      name: 'perennial_model_run_seconds',
      help: 'Time in ONNX Runtime of one request',
      labelNames: ['model'],
      buckets,
      registers,
    }),
    labels: new Counter({
      name: 'perennial_labels_total',
      help: 'Labels received: accepted, duplicate or conflicting',
      labelNames: ['model', 'outcome'],
      registers,
    }),
    loadFailures: new Counter({
      name: 'perennial_model_load_failures_total',
      help: 'Champions that could not be loaded',
      labelNames: ['model'],
      registers,
    }),
    serving: new Gauge({
      name: 'perennial_serving_processes',
      help: 'Processes that serve a version',
      labelNames: ['model', 'version'],
      registers,
    }),
  };
}
