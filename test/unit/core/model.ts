import { perennialError } from '../../../core/errors';
import { sentence } from '../../../core/errors/sentence';
import { evaluate, type Values } from '../../../core/expr/evaluate';
import { readNodes } from '../../../core/expr/reads';
import { allNodes, bodiesOf } from '../../../core/nodes';
import { MAX_LIST_SIZE, sizeOf } from '../../../core/interpret/limits';
import { isList, type Json } from '../../../core/plan/json';
import { needsOf } from './needs';
import { cut, earliest, type Ender, type Fault, type Shell, type Told, type Tried } from './told';
import type {
  ApprovalNode,
  Body,
  BranchNode,
  MapNode,
  Plan,
  PlanNode,
  SwitchNode,
  UntilNode,
  WaitNode,
} from '../../../core/plan/plan';

/**
 * What a plan means, told once more and in another way: no events and no state, but every node's begin and end worked out
 * from those of the nodes that it needs, and all that lies behind the moment at which a run comes to its end cut off. It
 * is slow, knows no Temporal, and is here to be compared with.
 */

/** What happens to steps and approvals, by address. */
export interface World {
  /** The executions of a step that begins at a moment, and its output, or what the last has failed with. */
  step(
    address: string,
    input: Json,
    from: number,
  ): { readonly tried: readonly Tried[] } & ({ readonly output: Json } | { readonly fault: Fault });
  /** When an approval that begins to wait then is answered, and the answer. */
  answer(address: string, node: ApprovalNode, from: number): { readonly at: number; readonly answer: Approved };
  readonly cancelAt: number | null;
  /** The date of the beginning, ms since 1970. */
  readonly startedAt: number;
  /** What a final body is told of the run's end. */
  end(id: string): Json;
}

type Approved = { readonly approved: boolean; readonly by: string; readonly note: string | null; readonly at: string };

/** Where a body stands. */
interface Place {
  readonly shell: Shell;
  readonly found: ReadonlyMap<string, Told>;
  readonly items: ReadonlyMap<string, Json>;
  readonly prefix: string;
  /** Of the run itself, or of the call that the place is inside of. */
  readonly config: Json;
  /** What stands before the addresses of a called run: it does not know of it. */
  readonly path: string;
  readonly onFailure: Plan['onFailure'];
  /** Inside a map or a repetition: a map there runs in a shard. */
  readonly numbered: boolean;
  /** Inside an item of a map of this shell that tolerates failures. */
  readonly tolerated: boolean;
  readonly final: boolean;
}

interface Closed {
  readonly end: number;
  readonly failed: boolean;
  readonly fault: Fault | null;
  readonly found: ReadonlyMap<string, Told>;
}

export interface Meant {
  readonly status: 'completed' | 'failed' | 'rejected' | 'cancelled';
  readonly output: Json;
  readonly duration: number;
  readonly type: string | null;
  readonly told: readonly Told[];
}

/** What a run of the plan, all of whose calls are of one plan without final bodies, comes to in a world. */
export function meaningOf(plan: Plan, config: Json, world: World, called: Plan): Meant {
  const branchedOn = new Set(
    allNodes(plan.body).flatMap((node) => {
      if (node.kind === 'branch') return readNodes(node.when);
      return node.kind === 'switch' ? readNodes(node.on) : [];
    }),
  );
  const finals = plan.body.nodes.flatMap((node) => (node.kind === 'finally' ? [node] : []));

  function valuesOf({ found, items, config: given }: Place): Values {
    return {
      config: given,
      output: (id) => found.get(id)?.output,
      item: (id) => items.get(id) ?? null,
    };
  }

  function fail(place: Place, address: string, at: number, { type, message }: Fault): void {
    if (place.tolerated || place.final) return;
    const into = place.onFailure === 'cancel' ? place.shell.enders : place.shell.failures;
    const known = address.slice(place.path.length);
    into.push({ at, status: 'failed', address, fault: { type, message: `${known}: ${message}` } });
  }

  function body({ nodes }: Pick<Body, 'nodes'>, opened: number, place: Place): Closed {
    const found = new Map(place.found);
    const own: Told[] = [];
    for (const node of nodes) {
      const told = one(node, opened, { ...place, found });
      found.set(node.id, told);
      own.push(told);
      place.shell.told.push(told);
    }
    const failed = own.some(({ outcome }) => outcome !== 'completed');
    const end = own.reduce((last, told) => Math.max(last, told.end), opened);
    // The first failure in time is the one that is told on.
    const [first] = own.filter(({ fault }) => fault).sort((a, b) => a.end - b.end);
    return { end, failed, fault: first?.fault ?? null, found };
  }

  function one(node: PlanNode, opened: number, place: Place): Told {
    const address = place.prefix + node.id;
    const needs = needsOf(node).flatMap((id) => place.found.get(id) ?? []);
    const never = needs.filter(({ outcome }) => outcome !== 'completed').map(({ end }) => end);
    const isLeaf = node.kind === 'step' || node.kind === 'approval' || node.kind === 'wait';
    const blank = { address, came: opened, output: null, input: null, tried: [], isLeaf };
    if (never.length > 0) return { ...blank, end: Math.max(opened, Math.min(...never)), outcome: 'given up' };
    const ready = needs.reduce((last, { end }) => Math.max(last, end), opened);
    const done: Done = (end, output, more = {}) => ({ ...blank, end, outcome: 'completed', output, ...more });
    const failed: Failed = (end, fault, more = {}) => ({
      ...blank,
      end,
      outcome: 'failed',
      ...(fault && { fault }),
      ...more,
    });
    switch (node.kind) {
      case 'step': {
        const input = evaluate(node.input, valuesOf(place));
        const { tried, ...gave } = world.step(address, input, ready);
        const end = tried.at(-1)?.to ?? ready;
        if ('output' in gave) return done(end, gave.output, { input, tried });
        fail(place, address, end, gave.fault);
        return failed(end, gave.fault, { input, tried });
      }
      case 'approval': {
        const { at, answer } = world.answer(address, node, ready);
        if (answer.approved || branchedOn.has(node.id)) return done(at, answer);
        const fault = rejection(address, answer);
        if (place.tolerated || place.final) return failed(at, fault);
        place.shell.enders.push({ at, status: 'rejected', address, fault });
        return done(at, answer);
      }
      case 'wait': {
        const moment = momentIn(node, world.startedAt + ready, valuesOf(place));
        const end = Math.max(ready, moment - world.startedAt);
        // One whose moment has passed follows from what made it ready, as a branch does.
        return done(end, { until: new Date(moment).toISOString() }, { isLeaf: end > ready });
      }
      case 'branch':
        return branch(
          node,
          evaluate(node.when, valuesOf(place)) === true ? node.then : node.else,
          ready,
          place,
          done,
          failed,
        );
      case 'switch': {
        const value = evaluate(node.on, valuesOf(place));
        const taken = node.cases.find((each) => each.value === (typeof value === 'number' ? `${value}` : value));
        return branch(node, taken ? taken.body : node.else, ready, place, done, failed);
      }
      case 'until':
        return until(node, ready, place, done, failed);
      case 'map': {
        const { end, failed: hasFailed, fault, output } = (place.numbered ? shard : items)(node, ready, place);
        return hasFailed ? failed(end, fault) : done(end, output);
      }
      case 'call': {
        const given = evaluate(node.config, valuesOf(place));
        const { end, failed: hasFailed, fault, output } = call(address, given, ready, place);
        return hasFailed ? failed(end, fault) : done(end, output);
      }
      default:
        throw new Error(`the model does not know ${node.kind}`);
    }
  }

  type Done = (end: number, output: Json, more?: Partial<Told>) => Told;
  type Failed = (end: number, fault: Fault | null, more?: Partial<Told>) => Told;

  function branch(
    node: BranchNode | SwitchNode,
    arm: Body | null,
    ready: number,
    place: Place,
    done: Done,
    failed: Failed,
  ): Told {
    for (const { body: other } of bodiesOf(node)) if (other !== arm) skip(other, ready, place);
    if (!arm) return done(ready, null);
    const closed = body(arm, ready, place);
    if (closed.failed) return failed(closed.end, closed.fault);
    return done(closed.end, evaluate(arm.output, valuesOf({ ...place, found: closed.found })));
  }

  /** Nodes that will not run. Those inside a map or repetition have no addresses. */
  function skip(those: Body | null, at: number, place: Place): void {
    for (const node of those?.nodes ?? []) {
      const told = {
        came: at,
        end: at,
        outcome: 'skipped',
        output: null,
        input: null,
        tried: [],
        isLeaf: false,
      } as const;
      place.shell.told.push({ ...told, address: place.prefix + node.id });
      if (node.kind !== 'map' && node.kind !== 'until') for (const inner of bodiesOf(node)) skip(inner.body, at, place);
    }
  }

  function until(node: UntilNode, ready: number, place: Place, done: Done, failed: Failed): Told {
    let carry = evaluate(node.initial, valuesOf(place));
    let at = ready;
    for (let index = 0; ; index++) {
      const inside = {
        ...place,
        items: new Map([...place.items, [node.id, { carry, index }]]),
        prefix: `${place.prefix}${node.id}[${index}]/`,
        numbered: true,
      };
      const closed = body(node.body, at, inside);
      at = closed.end;
      if (closed.failed) return failed(at, closed.fault);
      const given = evaluate(node.body.output, valuesOf({ ...inside, found: closed.found }));
      const isDone = fieldOf(given, 'done') === true;
      carry = fieldOf(given, 'next') ?? null;
      if (isDone || index + 1 >= node.max) return done(at, { value: carry, iterations: index + 1, done: isDone });
    }
  }

  interface Mapped {
    readonly end: number;
    readonly failed: boolean;
    readonly fault: Fault | null;
    readonly output: Json;
  }

  function items(node: MapNode, ready: number, place: Place): Mapped {
    const list = listIn(evaluate(node.over, valuesOf(place)));
    const closed: (Closed & { value: Json })[] = [];
    const most = node.tolerate === 'all' ? Infinity : (node.tolerate ?? Infinity);
    const free: number[] = [];
    for (const [index, item] of list.entries()) {
      let at = ready;
      if (node.maxParallel !== null && index >= node.maxParallel) {
        free.sort((a, b) => a - b);
        at = free.shift() ?? ready;
        // With one failure too many nothing more begins.
        if (closed.filter((one) => one.failed && one.end <= at).length > most) break;
      }
      const inside = {
        ...place,
        items: new Map([...place.items, [node.id, item]]),
        prefix: `${place.prefix}${node.id}[${index}]/`,
        numbered: true,
        tolerated: place.tolerated || node.tolerate !== undefined,
      };
      const one = body(node.body, at, inside);
      free.push(one.end);
      const value = one.failed ? null : evaluate(node.body.output, valuesOf({ ...inside, found: one.found }));
      closed.push({ ...one, value });
    }
    const end = closed.reduce((last, one) => Math.max(last, one.end), ready);
    const address = place.prefix + node.id;
    const [first] = closed.filter((one) => one.failed).sort((a, b) => a.end - b.end);
    const gave = (output: Json): Mapped => {
      const size = sizeOf(output);
      if (size <= MAX_LIST_SIZE) return { end, failed: false, fault: null, output };
      const what = `The list of the map ${address} has ${size} characters, ${MAX_LIST_SIZE} at most.`;
      const fault = faultOf('PER_FLOW_004', what);
      fail(place, address, end, fault);
      return broke(fault);
    };
    const broke = (fault: Fault | null): Mapped => ({ end, failed: true, fault, output: null });
    if (node.tolerate === undefined) return first ? broke(first.fault) : gave(closed.map(({ value }) => value));
    const faults = closed.flatMap((one) => (one.failed ? [one.fault] : []));
    if (faults.length > most) {
      const what = `${faults.length} of the items of the map ${address} failed and it tolerates ${most}`;
      const fault = faultOf('PER_FLOW_010', `${what}. The first: ${sentence(faults[0]?.message ?? '')}`);
      fail(place, address, end, fault);
      return broke(fault);
    }
    return gave(
      closed.map(({ failed, fault, value }): Json => {
        const { type = '', message = '' } = fault ?? {};
        return failed
          ? { status: 'failed', value: null, error: { type, message } }
          : { status: 'completed', value, error: null };
      }),
    );
  }

  /** A map's items in a workflow of their own: it may come to its end by itself, and is then one node that has failed. */
  function shard(node: MapNode, ready: number, place: Place): Mapped {
    const list = listIn(evaluate(node.over, valuesOf(place)));
    if (list.length === 0) return { end: ready, failed: false, fault: null, output: [] };
    const shell: Shell = { told: [], enders: [], failures: [] };
    const natural = items(node, ready, { ...place, shell, tolerated: false, final: false });
    const ender = earliest(shell.enders);
    const end = ender ? ender.at : natural.end;
    place.shell.told.push(...cut(shell.told, ender));
    const broken = ender ?? earliest(shell.failures);
    if (!broken) return natural;
    const fault = broken.fault ?? { type: 'cancelled', message: '' };
    if (broken.status === 'rejected' && !place.final && !place.tolerated)
      place.shell.enders.push({ at: end, status: 'rejected', address: `${place.prefix}${node.id}#0`, fault });
    else fail(place, `${place.prefix}${node.id}#0`, end, fault);
    return { end, failed: true, fault, output: null };
  }

  /** A run of its own, which is one node that has failed when it fails. */
  function call(address: string, given: Json, ready: number, place: Place): Mapped {
    const shell: Shell = { told: [], enders: [], failures: [] };
    const path = `${address}/`;
    const root = { ...rootOf(shell, given), prefix: path, path, onFailure: called.onFailure };
    const natural = body(called.body, ready, root);
    const ender = earliest(shell.enders);
    const end = ender ? ender.at : natural.end;
    place.shell.told.push(...cut(shell.told, ender));
    const fault = ender?.fault ?? null;
    if (fault) {
      fail(place, address, end, fault);
      return { end, failed: true, fault, output: null };
    }
    const output = evaluate(called.body.output, valuesOf({ ...root, found: natural.found }));
    return { end, failed: false, fault, output };
  }

  function last(shell: Shell, ender: Ender | undefined, begin: number): { end: number; fault: Fault | null } {
    const hasFailed = ender !== undefined && ender.status !== 'cancelled';
    const fits = finals.filter(({ when }) => when === 'always' || hasFailed);
    const order = [...fits.filter(({ when }) => when === 'failure'), ...fits.filter(({ when }) => when === 'always')];
    skip({ nodes: finals.filter((node) => !fits.includes(node)), output: plan.body.output }, begin, rootOf(shell));
    let at = begin;
    let fault: Fault | null = null;
    for (const node of order) {
      const place = { ...rootOf(shell), items: new Map([[node.id, world.end(node.id)]]), final: true };
      const closed = body(node.body, at, place);
      const outcome = closed.failed ? 'failed' : 'completed';
      const output = closed.failed ? null : evaluate(node.body.output, valuesOf({ ...place, found: closed.found }));
      shell.told.push({
        address: node.id,
        came: at,
        end: closed.end,
        outcome,
        output,
        input: null,
        tried: [],
        isLeaf: false,
      });
      at = closed.end;
      fault ??= closed.fault;
    }
    return { end: at, fault };
  }

  function rootOf(of: Shell, given = config): Place {
    const nothing = { prefix: '', path: '', numbered: false, tolerated: false, final: false };
    return { shell: of, found: new Map(), items: new Map(), config: given, onFailure: plan.onFailure, ...nothing };
  }

  const shell: Shell = { told: [], enders: [], failures: [] };
  const main = plan.body.nodes.filter(({ kind }) => kind !== 'finally');
  const natural = body({ nodes: main }, 0, rootOf(shell));
  const over = earliest(shell.enders)?.at ?? natural.end;
  if (world.cancelAt !== null && world.cancelAt < over)
    shell.enders.push({ at: world.cancelAt, status: 'cancelled', address: '', fault: null });
  const stopped = earliest(shell.enders);
  const ender = stopped ?? earliest(shell.failures);
  const begin = stopped ? stopped.at : natural.end;
  const ends: Shell = { told: [], enders: [], failures: [] };
  const { end, fault } = last(ends, ender, begin);
  const told = [...cut(shell.told, stopped), ...ends.told];
  if (ender) return { status: ender.status, output: null, duration: end, type: ender.fault?.type ?? null, told };
  if (fault !== null) return { status: 'failed', output: null, duration: end, type: fault.type, told };
  const output = evaluate(plan.body.output, valuesOf({ ...rootOf(shell), found: natural.found }));
  return { status: 'completed', output, duration: end, type: null, told };
}

/** The moment that a wait which begins at a moment waits for. */
function momentIn({ time }: WaitNode, from: number, values: Values): number {
  return 'for' in time ? from + numberIn(evaluate(time.for, values)) : numberIn(evaluate(time.until, values));
}

function numberIn(value: Json): number {
  if (typeof value !== 'number') throw new Error('the model was given no time');
  return value;
}

function listIn(value: Json): readonly Json[] {
  if (!isList(value)) throw new Error('the model was given no list');
  return value;
}

function fieldOf(value: Json, key: string): Json | undefined {
  return value !== null && typeof value === 'object' && !isList(value) ? value[key] : undefined;
}

function rejection(address: string, { by, note }: Approved): Fault {
  return faultOf('PER_FLOW_005', `${address} was rejected by ${by}${note ? `: ${note}` : ''}.`);
}

function faultOf(code: 'PER_FLOW_004' | 'PER_FLOW_005' | 'PER_FLOW_010', detail: string): Fault {
  return { type: code, message: perennialError(code, detail).message };
}
