import type { Plan } from '../../core';
import { type PlanDifferences, planDifferences } from '../../core/plan/plan-differences';
import type { PartName, Stack } from '../../workers/embedded/stack';
import type { Traced } from './traced';
import type { Tracer } from './tracer';
import type { ProjectWatch } from './watch-project';

/** What happens while a project is followed. */
export type DevEvent =
  /** It cannot be loaded; the workers go on with the code that they have. */
  | { readonly event: 'refused'; readonly message: string }
  /** A pipeline is new, gone (null) or has another plan. */
  | { readonly event: 'plan'; readonly pipeline: string; readonly differences: PlanDifferences | 'new' | 'gone' }
  /** New workers run; `ms` from the moment the edit was seen. `failed`: those that did not become ready. */
  | {
      readonly event: 'ready';
      readonly workers: readonly PartName[];
      readonly failed: readonly Failed[];
      readonly ms: number;
    };

interface Failed {
  readonly part: PartName;
  readonly error: string | null;
}

/** What following needs. */
export interface DevParts {
  readonly stack: Pick<Stack, 'replace'>;
  readonly tracer: Pick<Tracer, 'trace' | 'prepare'>;
  readonly watch: Pick<ProjectWatch, 'edited'>;
  /** The project as the workers have loaded it. */
  readonly first: Traced;
  readonly tell: (event: DevEvent) => void;
  /** True once it is to end. */
  readonly isOver: () => boolean;
}

/**
 * At each edit traces the project, tells how its plans differ, and puts new workers in place of those whose code has
 * changed. A project that cannot be loaded, and a worker that does not become ready, leave the old ones at work; the next
 * edit tries again.
 */
export async function followProject({ stack, tracer, watch, first, tell, isOver }: DevParts): Promise<void> {
  let shown = first;
  /** By pool: what its worker runs. */
  const loaded = new Map(Object.entries(first.pools));
  for (;;) {
    tracer.prepare();
    const seen = await watch.edited();
    if (isOver()) return;
    const traced = await tracer.trace().catch((error: unknown) => {
      tell({ event: 'refused', message: error instanceof Error ? error.message : String(error) });
      return null;
    });
    if (traced === null) continue;
    const changed = Object.keys(traced.pools).filter((pool) => loaded.get(pool) !== traced.pools[pool]);
    if (traced.digest === shown.digest && changed.length === 0) continue;
    for (const event of planEvents(shown.plans, traced.plans)) tell(event);
    shown = traced;
    const outcomes = await stack.replace(changed.map(partOf), traced.digest);
    const failed = outcomes.filter(({ error }) => error !== null);
    for (const pool of changed) {
      const code = traced.pools[pool];
      if (code !== undefined && !failed.some(({ part }) => part === partOf(pool))) loaded.set(pool, code);
    }
    const workers = outcomes.flatMap(({ part, error }) => (error === null ? [part] : []));
    tell({ event: 'ready', workers, failed, ms: Math.round(performance.now() - seen) });
  }
}

/** The pools that the embedded stack has workers of. */
export const DEV_POOLS = ['cpu', 'gpu'] as const;

function partOf(pool: string): PartName {
  return pool === 'gpu' ? 'worker-gpu' : 'worker-cpu';
}

type Plans = Readonly<Record<string, Plan>>;

function planEvents(was: Plans, is: Plans): DevEvent[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return names.flatMap((pipeline): DevEvent[] => {
    const [before, after] = [was[pipeline], is[pipeline]];
    if (before === undefined) return [{ event: 'plan', pipeline, differences: 'new' }];
    if (after === undefined) return [{ event: 'plan', pipeline, differences: 'gone' }];
    const differences = planDifferences(before, after);
    return differences.same ? [] : [{ event: 'plan', pipeline, differences }];
  });
}
