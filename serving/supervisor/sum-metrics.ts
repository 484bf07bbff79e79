import { AggregatorRegistry, Counter, Registry } from 'prom-client';
import { z } from 'zod';

/** One process's figures, as prom-client hands them over. */
const Snapshot = z.array(z.looseObject({ name: z.string(), type: z.unknown() }));
type Snapshot = z.infer<typeof Snapshot>;

/** Kinds whose value may only grow: they outlive the process that counted them. */
const LASTING = new Set(['counter', 'histogram']);

/** The figures of all server processes and of their supervisor, as one text. */
export class MetricsSum {
  private readonly registry = new Registry();
  /** The last figures known of each process. */
  private readonly known = new Map<string, Snapshot>();
  /** What ended processes had counted. */
  private retired: Snapshot = [];

  readonly restarts = new Counter({
    name: 'perennial_serving_restarts_total',
    help: 'Server processes replaced, by reason: stalled or ended',
    labelNames: ['reason'] as const,
    registers: [this.registry],
  });
  readonly lostRequests = new Counter({
    name: 'perennial_serving_lost_requests_total',
    help: 'Requests that were in flight on a process that ended',
    registers: [this.registry],
  });
  readonly uploadedRows = new Counter({
    name: 'perennial_uploaded_predictions_total',
    help: 'Predictions brought into the artifact store',
    registers: [this.registry],
  });
  readonly uploadFailures = new Counter({
    name: 'perennial_upload_failures_total',
    help: 'Tries to bring segments into the artifact store that failed',
    registers: [this.registry],
  });

  /** Takes the figures of a live process. */
  take(server: string, snapshot: unknown): void {
    const parsed = Snapshot.safeParse(snapshot);
    if (parsed.success) this.known.set(server, parsed.data);
  }

  /** A process has ended: what it had counted when it was last asked stays in the sums. */
  async retire(server: string): Promise<void> {
    const last = this.known.get(server);
    this.known.delete(server);
    if (!last) return;
    const lasting = last.filter(({ type }) => typeof type === 'string' && LASTING.has(type));
    this.retired = Snapshot.parse(await AggregatorRegistry.aggregate([this.retired, lasting]).getMetricsAsJSON());
  }

  /** Everything in Prometheus's text form. */
  async text(): Promise<string> {
    const own = Snapshot.parse(await this.registry.getMetricsAsJSON());
    return AggregatorRegistry.aggregate([this.retired, ...this.known.values(), own]).metrics();
  }
}
