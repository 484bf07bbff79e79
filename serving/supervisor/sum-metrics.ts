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
  /** Ended processes are added one after the other: each sum is made of the one before. */
  private retiring: Promise<void> = Promise.resolve();

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
  retire(server: string): Promise<void> {
    const turn = this.retiring.then(() => this.retireNow(server));
    this.retiring = turn.catch(() => undefined);
    return turn;
  }

  /** Everything in Prometheus's text form. */
  async text(): Promise<string> {
    const own = Snapshot.parse(await this.registry.getMetricsAsJSON());
    return AggregatorRegistry.aggregate([this.retired, ...this.known.values(), own]).metrics();
  }

  private async retireNow(server: string): Promise<void> {
    const last = this.known.get(server);
    if (!last) return;
    const lasting = last.filter(({ type }) => typeof type === 'string' && LASTING.has(type));
    const sum = Snapshot.parse(await AggregatorRegistry.aggregate([this.retired, lasting]).getMetricsAsJSON());
    // Both at once, so that a sum asked for at any moment counts the process once.
    this.retired = sum;
    this.known.delete(server);
  }
}
