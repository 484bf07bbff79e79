import { cpuSeconds, type Part } from '../cpu';
import { spread } from '../report';

/** One way to do a workload. */
export interface Form {
  /** Whose CPU time counts. */
  readonly parts: Readonly<Record<string, Part>>;
  /** Does the workload to its end. Returns the Workflow IDs. */
  readonly work: () => Promise<readonly string[]>;
}

/** What one round of a form took. */
export interface Sample {
  /** s */
  readonly wall: number;
  /** CPU s, by part. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly workflows: readonly string[];
}

/** Does a form once. */
export async function measure({ parts, work }: Form): Promise<Sample> {
  const before = cpuSeconds(parts);
  const began = performance.now();
  const workflows = await work();
  const wall = (performance.now() - began) / 1_000;
  const after = cpuSeconds(parts);
  const cpu = Object.fromEntries(Object.entries(after).map(([part, used]) => [part, used - (before[part] ?? 0)]));
  return { wall, cpu, workflows };
}

/**
 * Does every form once a round, in turn: what disturbs the machine disturbs all. The first round warms up and does not
 * count.
 */
export async function interleave<Name extends string>(
  forms: ReadonlyMap<Name, Form>,
  rounds: number,
  tell: (round: number) => void,
): Promise<ReadonlyMap<Name, readonly Sample[]>> {
  const samples = new Map<Name, Sample[]>([...forms.keys()].map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    tell(round);
    for (const [name, form] of forms) {
      const sample = await measure(form);
      if (round > 0) samples.get(name)?.push(sample);
    }
  }
  return samples;
}

/** CPU s of a round, all parts together. */
export function cpuOf({ cpu }: Sample): number {
  return Object.values(cpu).reduce((sum, part) => sum + part, 0);
}

/** Median CPU s of each part. */
export function partsOf(samples: readonly Sample[]): Record<string, number> {
  const names = Object.keys(samples[0]?.cpu ?? {});
  return Object.fromEntries(names.map((part) => [part, spread(samples.map(({ cpu }) => cpu[part] ?? 0)).median]));
}
