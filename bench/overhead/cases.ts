/** Who does the workload. */
export type Doer = 'perennial' | 'null-store' | 'temporal-by-hand' | 'temporal-defaults' | 'dbos';

/** What is started: the type of a workflow and its argument. */
export interface Start {
  readonly type: string;
  readonly argument: unknown;
}

/** The most that Perennial may cost, as a multiple of the peer's cost. */
export interface Goals {
  readonly cpu?: number;
  readonly withoutRecords?: number;
  /** Latency, over that of the peer on a server with Temporal's default settings. */
  readonly overDefaults?: number;
}

/** A workload in both forms. */
export interface Case {
  readonly name: string;
  /** Started at the same time. */
  readonly runs: number;
  readonly perennial: Start;
  readonly peer: Start;
  /** The steps of the chain that DBOS runs beside it; absent: DBOS does not take part. */
  readonly dbos?: number;
  readonly goals: Goals;
}

/** History events that Perennial may need beyond those of the hand-written workflow, a run. */
export const MORE_EVENTS = 12;

const ITEMS = Array.from({ length: 200 }, (_, i) => i);
const ACTIVITIES: Goals = { cpu: 1.1, withoutRecords: 1.03 };

const ours = (type: string, config: object): Start => ({ type, argument: { config, plan: 'current' } });

export const CASES: readonly Case[] = [
  {
    name: 'chain-50',
    runs: 1,
    perennial: ours('bench-chain-50', { n: 0 }),
    peer: { type: 'chain', argument: 50 },
    goals: ACTIVITIES,
  },
  {
    name: 'fan-out-200',
    runs: 1,
    perennial: ours('bench-fan-out', { items: ITEMS }),
    peer: { type: 'fanOut', argument: ITEMS },
    goals: ACTIVITIES,
  },
  {
    name: '100-runs-of-6',
    runs: 100,
    perennial: ours('bench-chain-6', { n: 0 }),
    peer: { type: 'chain', argument: 6 },
    goals: ACTIVITIES,
  },
  {
    name: 'one-run-of-6',
    runs: 1,
    perennial: ours('bench-chain-6', { n: 0 }),
    peer: { type: 'chain', argument: 6 },
    goals: { overDefaults: 0.35 },
  },
  {
    name: 'light-chain-50',
    runs: 1,
    perennial: ours('bench-light-chain-50', { n: 0 }),
    peer: { type: 'lightChain', argument: 50 },
    dbos: 50,
    goals: { cpu: 1.5, withoutRecords: 1.3 },
  },
];
