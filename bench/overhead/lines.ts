import { type BenchLine, compare, type PeerCosts } from '../report';
import { type Case, type Doer, MORE_EVENTS } from './cases';
import { cpuOf, partsOf, type Sample } from './measure';
import { PEER } from './peer';

const NOT_MEASURED = ['the database server of a real Temporal cluster', 'work inside a step', 'several machines'];

type Values = (samples: readonly Sample[]) => readonly number[];

const cpu: Values = (samples) => samples.map(cpuOf);
const wall: Values = (samples) => samples.map((sample) => sample.wall);

/** What a workload's rounds say: CPU with records and without, wall, history events. */
export function linesOf(
  { name, goals }: Case,
  samples: ReadonlyMap<Doer, readonly Sample[]>,
  events: ReadonlyMap<Doer, readonly number[]>,
  dbosVersion = 'unknown',
): BenchLine[] {
  const taken = (doer: Doer): readonly Sample[] => samples.get(doer) ?? [];
  const costs = (doer: Doer, values: Values, goal?: number): PeerCosts[] =>
    taken(doer).length === 0 ? [] : [{ name: doer, version: versionOf(doer), values: values(taken(doer)), goal }];
  const versionOf = (doer: Doer): string => (doer === 'dbos' ? dbosVersion : PEER.version);
  const cpuLine = (what: string, doer: Doer, peers: readonly PeerCosts[]): BenchLine[] => {
    if (taken(doer).length === 0) return [];
    const measured = [doer, ...peers.map((peer) => peer.name)];
    const detail = Object.fromEntries(
      [...samples].flatMap(([who, of]) => (measured.includes(who) ? [[who, partsOf(of)]] : [])),
    );
    return [
      compare(`overhead/${name}/${what}`, 'CPU s', cpu(taken(doer)), peers, { detail, notMeasured: NOT_MEASURED }),
    ];
  };
  return [
    ...cpuLine('cpu', 'perennial', [...costs('temporal-by-hand', cpu, goals.cpu), ...costs('dbos', cpu)]),
    ...cpuLine('cpu-without-records', 'null-store', costs('temporal-by-hand', cpu, goals.withoutRecords)),
    compare(
      `overhead/${name}/wall`,
      's',
      wall(taken('perennial')),
      [
        ...costs('temporal-by-hand', wall),
        ...costs('temporal-defaults', wall, goals.overDefaults),
        ...costs('dbos', wall),
      ],
      { notMeasured: NOT_MEASURED },
    ),
    eventsLine(name, events),
  ];
}

function eventsLine(name: string, events: ReadonlyMap<Doer, readonly number[]>): BenchLine {
  const byHand = events.get('temporal-by-hand') ?? [];
  const goal = (Math.min(...byHand) + MORE_EVENTS) / Math.min(...byHand);
  return compare(`overhead/${name}/events`, 'history events a run', events.get('perennial') ?? [], [
    { name: 'temporal-by-hand', version: PEER.version, values: byHand, goal },
  ]);
}
