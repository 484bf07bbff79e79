import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The figures of one worker process. No label has a run, an address or a value in it: a scrape stays as small as the project. */
export interface Figures {
  readonly registry: Registry;
  readonly executions: Counter<'pipeline' | 'step' | 'pool' | 'outcome'>;
  readonly executionSeconds: Histogram<'step' | 'pool'>;
  readonly queueWaitSeconds: Histogram<'step' | 'pool'>;
  readonly cacheLookUps: Counter<'step' | 'pool' | 'outcome'>;
  readonly fencesRefused: Counter<'step' | 'pool'>;
  readonly runs: Counter<'pipeline' | 'outcome'>;
  readonly decisions: Counter<'model' | 'action' | 'rule'>;
}

/** What is read at each scrape. */
export interface Readings {
  readonly pool: string;
  readonly build: string;
  /** Executions at once. */
  readonly slots: () => number;
  /** Taken of those, now. */
  readonly slotsUsed: () => number;
  /** Rows that wait to be dispatched, and for how long the oldest has, s; null: not this pool's, or the records do not say. */
  readonly outbox: () => Promise<{ readonly waiting: number; readonly oldest: number } | null>;
}

/** From what Temporal needs at the least to hand over a task, to hours: training takes long, and so may a queue. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400];

/** Makes the figures, all at zero. */
export function createFigures(readings: Readings): Figures {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  readAtScrape(readings, registry);
  return {
    registry,
    executions: new Counter({
      name: 'perennial_executions_total',
      help: 'Executions that ended, by outcome; cached and repeated ran no code, fenced-off could not commit',
      labelNames: ['pipeline', 'step', 'pool', 'outcome'],
      registers,
    }),
    executionSeconds: new Histogram({
      name: 'perennial_execution_seconds',
      help: 'Time from the claim of a node to the end of its execution, of those that ran',
      labelNames: ['step', 'pool'],
      buckets: BUCKETS,
      registers,
    }),
    queueWaitSeconds: new Histogram({
      name: 'perennial_queue_wait_seconds',
      help: "Time from when Temporal queued an execution to its claim: for a worker's slot, a device, a place for its process",
      labelNames: ['step', 'pool'],
      buckets: BUCKETS,
      registers,
    }),
    cacheLookUps: new Counter({
      name: 'perennial_cache_lookups_total',
      help: 'Nodes looked up in the cache: hit or miss; off where the step, the use or the run wants none',
      labelNames: ['step', 'pool', 'outcome'],
      registers,
    }),
    fencesRefused: new Counter({
      name: 'perennial_fences_refused_total',
      help: 'Commits that were refused since a newer execution held the fence',
      labelNames: ['step', 'pool'],
      registers,
    }),
    runs: new Counter({
      name: 'perennial_runs_total',
      help: 'Runs that ended in their record, by outcome',
      labelNames: ['pipeline', 'outcome'],
      registers,
    }),
    decisions: new Counter({
      name: 'perennial_keeper_decisions_total',
      help: 'Decisions of keepers, by what was decided and the rule that did',
      labelNames: ['model', 'action', 'rule'],
      registers,
    }),
  };
}

function readAtScrape({ pool, build, slots, slotsUsed, outbox }: Readings, registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'perennial_build_info',
    help: 'Always 1: which build a worker is of',
    labelNames: ['pool', 'build'],
    registers,
  }).set({ pool, build }, 1);
  new Gauge({
    name: 'perennial_slots',
    help: 'Executions at once',
    labelNames: ['pool'],
    registers,
    collect() {
      this.set({ pool }, slots());
    },
  });
  new Gauge({
    name: 'perennial_slots_used',
    help: 'Slots that are taken',
    labelNames: ['pool'],
    registers,
    collect() {
      this.set({ pool }, slotsUsed());
    },
  });
  const oldest = new Gauge({
    name: 'perennial_outbox_oldest_seconds',
    help: 'For how long the oldest row of the outbox waits; 0: none does. Every worker of the pool cpu says the same',
    labelNames: [],
    registers,
  });
  new Gauge({
    name: 'perennial_outbox_waiting',
    help: 'Rows of the outbox that wait to be dispatched. Every worker of the pool cpu says the same',
    labelNames: [],
    registers,
    async collect() {
      const read = await outbox();
      // Better no figure than an old one.
      for (const gauge of [this, oldest]) gauge.remove();
      if (read === null) return;
      this.set(read.waiting);
      oldest.set(read.oldest);
    },
  });
}
