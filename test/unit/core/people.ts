import type { Intervention } from '../../../core/interpret';
import type { Json } from '../../../core/plan/json';
import { faultOf } from './computed';
import type { Fault, Told } from './told';

/** What a person asks of a run, so many ms after its begin; no two at the same moment. */
export interface Asked {
  readonly at: number;
  readonly ask: Intervention;
}

/** What people do in a run of the model: when nothing begins, what is cancelled, and what each is told. */
export interface People {
  /** When something begins that is ready at a moment. */
  afterPause(at: number): number;
  isPaused(at: number): boolean;
  /** When the node or the item, which came then, would be cancelled, and what it fails with; a called run knows no `path` before it. */
  cancelled(address: string, came: number, path: string): { readonly at: number; readonly fault: Fault } | null;
  /** Outputs given for a node, and tries of it, in their order. */
  about(address: string): readonly Word[];
  /** The code that each is refused with; null: it is taken. */
  answers(told: readonly Told[]): (string | null)[];
}

/** `skip`: with an output for a step, without one for a wait. */
export interface Word {
  readonly at: number;
  readonly action: 'skip' | 'retry-now';
  readonly output?: Json;
}

/** Later than anything: a run that has ended is not resumed. */
const NEVER = 1e14;

interface Pause {
  readonly from: number;
  readonly to: number;
}

/** @param cancelAt when the run is cancelled, which ends a pause too */
export function peopleOf(asked: readonly Asked[], cancelAt: number | null): People {
  const { pauses, refused } = pausesIn(asked, cancelAt);
  const isPaused = (at: number): boolean => pauses.some(({ from, to }) => from <= at && at < to);
  return {
    isPaused,
    afterPause: (at) => pauses.find(({ from, to }) => from <= at && at < to)?.to ?? at,
    cancelled(address, came, path) {
      const found = asked.find(({ at, ask }) => ask.action === 'cancel-node' && ask.node === address && at > came);
      if (!found) return null;
      const { by, reason } = found.ask;
      const said = `${address.slice(path.length)} was cancelled by ${by}${reason === null ? '' : `: ${reason}`}.`;
      return { at: found.at, fault: faultOf('PER_FLOW_017', said) };
    },
    about: (address) =>
      asked.flatMap(({ at, ask }): Word[] => {
        if (!('node' in ask) || ask.node !== address || ask.action === 'cancel-node') return [];
        return [{ at, ...ask }];
      }),
    answers(told) {
      const byAddress = new Map(told.map((one) => [one.address, one]));
      return asked.map((each) =>
        'node' in each.ask ? answerAt(each, byAddress, isPaused(each.at)) : (refused.get(each) ?? null),
      );
    },
  };
}

function pausesIn(asked: readonly Asked[], cancelAt: number | null) {
  const pauses: Pause[] = [];
  const refused = new Map<Asked, string>();
  let from: number | null = null;
  const resume = (to: number): void => {
    if (from !== null) pauses.push({ from, to });
    from = null;
  };
  for (const each of asked) {
    const { at, ask } = each;
    // What is cancelled is held up no longer.
    if (from !== null && cancelAt !== null && from < cancelAt && cancelAt < at) resume(cancelAt);
    if (ask.action === 'pause') {
      if (from === null) from = at;
      else refused.set(each, 'PER_RUN_034');
    }
    if (ask.action === 'resume') {
      if (from === null) refused.set(each, 'PER_RUN_035');
      resume(at);
    }
  }
  resume(from !== null && cancelAt !== null && from < cancelAt ? cancelAt : NEVER);
  return { pauses, refused };
}

function answerAt({ at, ask }: Asked, told: ReadonlyMap<string, Told>, isPaused: boolean): string | null {
  if (!('node' in ask)) return null;
  const isOpen = ({ came, end }: Told): boolean => came < at && at <= end;
  const node = told.get(ask.node);
  if (!node || node.came > at) {
    const inside = [...told.values()].filter(
      ({ address, came }) => came < at && address.slice(0, address.lastIndexOf('/')) === ask.node,
    );
    if (inside.length === 0) return 'PER_RUN_036';
    if (ask.action !== 'cancel-node') return 'PER_RUN_038';
    return inside.some(isOpen) ? null : 'PER_RUN_037';
  }
  const over = isOpen(node) ? null : 'PER_RUN_037';
  const hasBegun = node.began !== null && node.began < at;
  if (ask.action === 'cancel-node') return over;
  if (node.kind === 'wait' && ask.action === 'skip') {
    if (ask.output !== undefined) return over ?? 'PER_RUN_040';
    return over ?? (hasBegun ? null : 'PER_RUN_041');
  }
  if (node.kind !== 'step') return 'PER_RUN_038';
  if (over !== null) return over;
  if (ask.action === 'skip') return ask.output === undefined ? 'PER_RUN_040' : null;
  if (isPaused) return 'PER_RUN_034';
  return hasBegun ? null : 'PER_RUN_039';
}
