import { sentence } from '../../../core/errors/sentence';
import { describe } from '../../../core/expr/ref';
import { readNodes } from '../../../core/expr/reads';
import { allNodes, bodiesOf } from '../../../core/nodes';
import { MAX_LIST_SIZE, sizeOf } from '../../../core/interpret/limits';
import { isList, type Json } from '../../../core/plan/json';
import { faultIn, faultOf, fieldOf, kind, type Known, momentIn, valueOf, wrong } from './computed';
import { needsOf } from './needs';
import { type Asked, peopleOf, type Word } from './people';
import {
  cut,
  earliest,
  emptyShell,
  type Ender,
  endOf,
  failedAs,
  type Fault,
  firstFault,
  inItem,
  type Shell,
  stop,
  takeOver,
  type Told,
  triedUntil,
  type Tried,
} from './told';
import type {
  ApprovalNode,
  Body,
  BranchNode,
  FinallyNode,
  MapNode,
  Plan,
  PlanNode,
  SwitchNode,
  UntilNode,
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
  /** That nothing is waited for then: final bodies do not run, and one that runs is stopped. */
  readonly hard: boolean;
  /** What people ask, in the order of time. */
  readonly asked: readonly Asked[];
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
  /** In a final body: what has completed outside of it. */
  readonly outer: ReadonlyMap<string, Told>;
  readonly items: ReadonlyMap<string, Json>;
  readonly prefix: string;
  /** Addresses of the nodes that it stands inside of, in the same workflow. */
  readonly around: readonly string[];
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
  readonly own: readonly Told[];
}

export interface Meant {
  readonly status: 'completed' | 'failed' | 'rejected' | 'cancelled';
  readonly output: Json;
  readonly duration: number;
  readonly type: string | null;
  readonly told: readonly Told[];
  /** What people are refused with, in their order; null: their word was taken. */
  readonly answers: readonly (string | null)[];
}

/** What a run of the plan, all of whose calls are of one plan without final bodies, comes to in a world. */
export function meaningOf(plan: Plan, config: Json, world: World, called: Plan): Meant {
  const branchedOn = new Set(
    allNodes(plan.body).flatMap((node) => {
      if (node.kind === 'branch') return readNodes(node.when);
      return node.kind === 'switch' ? readNodes(node.on) : [];
    }),
  );
  // A cancellation ends a pause for final bodies only: nothing else begins after it.
  let people = peopleOf(world.asked, null);
  const finals = plan.body.nodes.flatMap((node) => (node.kind === 'finally' ? [node] : []));

  function valuesOf({ found, outer, items, config: given }: Place): Known {
    return {
      config: given,
      output: (id) => (found.get(id) ?? outer.get(id))?.output,
      item: (id) => items.get(id) ?? null,
    };
  }

  function fail(
    place: Place,
    address: string,
    at: number,
    { type, message }: Fault,
    causes: readonly Told[] = [],
  ): void {
    if (place.tolerated) return;
    const known = address.slice(place.path.length);
    const fault = { type, message: `${known}: ${message}` };
    const failure: Ender = { at, status: 'failed', address, causes, around: place.around, fault };
    // In a final body nothing ends the run, whose failure the first one is if it has no other.
    const ends = place.onFailure === 'cancel' && !place.final;
    (ends ? place.shell.enders : place.shell.failures).push(failure);
  }

  /** A value at a moment; without one the node at the address has failed. */
  function gives(
    place: Place,
    address: string,
    at: number,
    value: () => Json,
    causes: readonly Told[] = [],
  ): { output: Json; fault: Fault | null } {
    try {
      return { output: value(), fault: null };
    } catch (error) {
      const fault = faultIn(error);
      fail(place, address, at, fault, causes);
      return { output: null, fault };
    }
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
    return { end, failed, fault: firstFault(own), found, own };
  }

  /** The body of an item, whose first open node fails when the item is cancelled. */
  function itemBody(those: Body, opened: number, place: Place): Closed {
    const address = place.prefix.slice(0, -1);
    const cancelled = people.cancelled(address, opened, place.path);
    if (!cancelled) return body(those, opened, place);
    const { at, fault } = cancelled;
    const shell = emptyShell();
    const closed = body(those, opened, { ...place, shell });
    const [first] = closed.own.filter(({ end }) => end > at);
    takeOver(place.shell, shell, first ? at : Infinity, address);
    if (!first) return closed;
    place.shell.told.splice(
      0,
      Infinity,
      ...place.shell.told.map((one) => (one.address === first.address ? failedAs(one, fault) : one)),
    );
    fail(place, first.address, at, fault);
    return { ...closed, end: at, failed: true, fault: firstFault(closed.own.filter(({ end }) => end < at)) ?? fault };
  }

  /** A node that somebody may cancel before it has ended: then it fails, and what is inside it is stopped. */
  function orCancelled(address: string, opened: number, place: Place, tell: (place: Place) => Told): Told {
    const cancelled = people.cancelled(address, opened, place.path);
    if (!cancelled) return tell(place);
    const { at, fault } = cancelled;
    const shell = emptyShell();
    const told = tell({ ...place, shell });
    const isOpen = told.end > at;
    takeOver(place.shell, shell, isOpen ? at : Infinity, address);
    if (!isOpen) return told;
    fail(place, address, at, fault);
    return cut([told], stop(at, address)).map((one) => failedAs(one, fault))[0] ?? told;
  }

  function one(node: PlanNode, opened: number, place: Place): Told {
    const address = place.prefix + node.id;
    return orCancelled(address, opened, place, (inside) => undisturbed(node, address, opened, inside));
  }

  function undisturbed(node: PlanNode, address: string, opened: number, place: Place): Told {
    const { kind } = node;
    const needs = needsOf(node).flatMap((id) => place.found.get(id) ?? []);
    const never = needs.filter(({ outcome }) => outcome !== 'completed').map(({ end }) => end);
    const isLeaf = kind === 'step' || kind === 'approval' || kind === 'wait';
    const blank = { address, kind, came: opened, began: null, output: null, input: null, tried: [], isLeaf };
    const lost = never.length > 0 ? Math.max(opened, Math.min(...never)) : null;
    const ready = lost ?? people.afterPause(needs.reduce((last, { end }) => Math.max(last, end), opened));
    // A step that is left out needs an output, and a wait has its own.
    const words = people
      .about(address)
      .filter(({ action, output }) => action !== 'skip' || (output === undefined) === (kind === 'wait'));
    const early =
      kind === 'step' ? words.find(({ at, action }) => action === 'skip' && opened < at && at < ready) : null;
    if (early) return { ...blank, end: early.at, outcome: 'completed', output: early.output ?? null };
    if (lost !== null) return { ...blank, end: lost, outcome: 'given up' };
    const begun = { ...blank, began: ready };
    const done: Done = (end, output, more = {}) => ({ ...begun, end, outcome: 'completed', output, ...more });
    const failed: Failed = (end, fault, more = {}) => ({
      ...begun,
      end,
      outcome: 'failed',
      ...(fault && { fault }),
      ...more,
    });
    try {
      return carryOut(node, address, ready, place, words, done, failed);
    } catch (error) {
      const fault = faultIn(error);
      fail(place, address, ready, fault);
      return failed(ready, fault);
    }
  }

  /** @throws Wrong: it has not begun */
  function carryOut(
    node: PlanNode,
    address: string,
    ready: number,
    place: Place,
    words: readonly Word[],
    done: Done,
    failed: Failed,
  ): Told {
    switch (node.kind) {
      case 'step': {
        const input = valueOf(node.input, valuesOf(place));
        let { tried, ...gave } = world.step(address, input, ready);
        for (const { at, action, output = null } of words) {
          if (at <= ready || at >= endOf(tried)) continue;
          if (action === 'skip') return done(at, output, { input, tried: triedUntil(tried, at) });
          if (people.isPaused(at)) continue;
          const { tried: again, ...now } = world.step(address, input, at);
          tried = [...triedUntil(tried, at), ...again];
          gave = now;
        }
        const end = endOf(tried);
        if ('output' in gave) return done(end, gave.output, { input, tried });
        fail(place, address, end, gave.fault);
        return failed(end, gave.fault, { input, tried });
      }
      case 'approval': {
        // What it shows is computed, though nobody is there to see it.
        valueOf(node.show, valuesOf(place));
        const { at, answer } = world.answer(address, node, ready);
        if (answer.approved || branchedOn.has(node.id)) return done(at, answer);
        const fault = rejection(address, answer);
        if (place.tolerated || place.final) {
          fail(place, address, at, fault);
          return failed(at, fault);
        }
        place.shell.enders.push({ at, status: 'rejected', address, fault });
        return done(at, answer);
      }
      case 'wait': {
        const moment = momentIn(node, address, world.startedAt + ready, valuesOf(place));
        const natural = Math.max(ready, moment - world.startedAt);
        const over = words.find(({ at, action }) => action === 'skip' && at > ready);
        const end = Math.min(natural, over?.at ?? Infinity);
        // One whose moment has passed follows from what made it ready, as a branch does.
        return done(end, { until: new Date(moment).toISOString() }, { isLeaf: end > ready });
      }
      case 'branch': {
        const holds = valueOf(node.when, valuesOf(place));
        if (typeof holds !== 'boolean')
          throw wrong('PER_FLOW_001', `'${describe(node.when)}' is ${kind(holds)}, not true or false.`);
        return branch(node, holds ? node.then : node.else, ready, place, done, failed);
      }
      case 'switch': {
        const value = valueOf(node.on, valuesOf(place));
        if (typeof value !== 'string' && typeof value !== 'number')
          throw wrong('PER_FLOW_015', `The switch ${node.id} was given ${kind(value)}, neither text nor a number.`);
        const taken = node.cases.find((each) => each.value === `${value}`);
        return branch(node, taken ? taken.body : node.else, ready, place, done, failed);
      }
      case 'until':
        return until(node, ready, place, done, failed);
      case 'map': {
        const list = valueOf(node.over, valuesOf(place));
        if (!isList(list)) {
          const what = `'${describe(node.over)}', which is ${kind(list)} and not a list`;
          throw wrong('PER_FLOW_002', `The map ${address} goes over ${what}.`);
        }
        const { end, failed: hasFailed, fault, output } = (place.numbered ? shard : items)(node, list, ready, place);
        return hasFailed ? failed(end, fault) : done(end, output);
      }
      case 'call': {
        const given = valueOf(node.config, valuesOf(place));
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
    const before = place.shell.told.length;
    for (const { body: other } of bodiesOf(node)) if (other !== arm) skip(other, ready, place);
    if (!arm) return done(ready, null);
    const closed = body(arm, ready, { ...place, around: [...place.around, place.prefix + node.id] });
    if (closed.failed) return failed(closed.end, closed.fault);
    const value = (): Json => valueOf(arm.output, valuesOf({ ...place, found: closed.found }));
    const inside = place.shell.told.slice(before);
    const { output, fault } = gives(place, place.prefix + node.id, closed.end, value, inside);
    return fault ? failed(closed.end, fault) : done(closed.end, output);
  }

  /** Nodes that will not run. Those inside a map or repetition have no addresses. */
  function skip(those: Body | null, at: number, place: Place): void {
    for (const node of those?.nodes ?? []) {
      const told = {
        kind: node.kind,
        came: at,
        began: null,
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
    let carry = valueOf(node.initial, valuesOf(place));
    let at = ready;
    for (let index = 0; ; index++) {
      const inside = {
        ...place,
        items: new Map([...place.items, [node.id, { carry, index }]]),
        ...inItem(place.around, place.prefix + node.id, index),
      };
      const closed = itemBody(node.body, at, inside);
      at = closed.end;
      if (closed.failed) return failed(at, closed.fault);
      const address = place.prefix + node.id;
      const { output: given, fault } = gives(place, address, at, () => {
        const value = valueOf(node.body.output, valuesOf({ ...inside, found: closed.found }));
        const said = fieldOf(value, 'done') ?? null;
        if (typeof said === 'boolean') return value;
        throw wrong('PER_FLOW_001', `\`done\` of the repetition ${address} is ${kind(said)}, not true or false.`);
      });
      if (fault) return failed(at, fault);
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

  function items(node: MapNode, list: readonly Json[], ready: number, place: Place): Mapped {
    const closed: (Closed & { readonly value: () => Json })[] = [];
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
        ...inItem(place.around, place.prefix + node.id, index),
        tolerated: place.tolerated || node.tolerate !== undefined,
      };
      const one = itemBody(node.body, at, inside);
      free.push(one.end);
      closed.push({ ...one, value: () => valueOf(node.body.output, valuesOf({ ...inside, found: one.found })) });
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
    if (node.tolerate === undefined) {
      if (first) return broke(first.fault);
      const { output, fault } = gives(place, address, end, () => closed.map(({ value }) => value()));
      return fault ? broke(fault) : gave(output);
    }
    // An item that has completed and has no value has failed as well, which shows when the list is made.
    const settled = closed.map(({ failed, fault, value }): { readonly fault: Fault | null; readonly value: Json } => {
      if (failed) return { fault: fault ?? { type: '', message: '' }, value: null };
      try {
        return { fault: null, value: value() };
      } catch (error) {
        return { fault: faultIn(error), value: null };
      }
    });
    const faults = settled.flatMap(({ fault }) => fault ?? []);
    if (faults.length > most) {
      const what = `${faults.length} of the items of the map ${address} failed and it tolerates ${most}`;
      const fault = faultOf('PER_FLOW_010', `${what}. The first: ${sentence(faults[0]?.message ?? '')}`);
      fail(place, address, end, fault);
      return broke(fault);
    }
    return gave(
      settled.map(({ fault, value }): Json =>
        fault
          ? { status: 'failed', value: null, error: { type: fault.type, message: fault.message } }
          : { status: 'completed', value, error: null },
      ),
    );
  }

  /** A map's items in a workflow of their own: it may come to its end by itself, and is then one node that has failed. */
  function shard(node: MapNode, list: readonly Json[], ready: number, place: Place): Mapped {
    if (list.length === 0) return { end: ready, failed: false, fault: null, output: [] };
    const shell: Shell = emptyShell();
    const natural = items(node, list, ready, { ...place, shell, around: [], tolerated: false, final: false });
    const ender = earliest(shell.enders);
    const end = ender ? ender.at : natural.end;
    const inside = cut(shell.told, ender);
    place.shell.told.push(...inside);
    const broken = ender ?? earliest(shell.failures);
    if (!broken) return natural;
    const fault = broken.fault ?? { type: 'cancelled', message: '' };
    const address = `${place.prefix}${node.id}#0`;
    if (broken.status === 'rejected' && !place.final && !place.tolerated)
      place.shell.enders.push({ at: end, status: 'rejected', address, fault, causes: inside });
    else fail({ ...place, around: [...place.around, place.prefix + node.id] }, address, end, fault, inside);
    return { end, failed: true, fault, output: null };
  }

  /** A run of its own, which is one node that has failed when it fails. */
  function call(address: string, given: Json, ready: number, place: Place): Mapped {
    const shell: Shell = emptyShell();
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
    const output = valueOf(called.body.output, valuesOf({ ...root, found: natural.found }));
    return { end, failed: false, fault, output };
  }

  function last(
    shell: Shell,
    ender: Ender | undefined,
    begin: number,
    outer: Place['outer'],
  ): { end: number; fault: Fault | null; isShot: boolean } {
    const hasFailed = ender !== undefined && ender.status !== 'cancelled';
    const fits = finals.filter(({ when }) => when === 'always' || hasFailed);
    const order = [...fits.filter(({ when }) => when === 'failure'), ...fits.filter(({ when }) => when === 'always')];
    skip({ nodes: finals.filter((node) => !fits.includes(node)), output: plan.body.output }, begin, rootOf(shell));
    let at = begin;
    const until = world.hard ? (world.cancelAt ?? Infinity) : Infinity;
    for (const [i, node] of order.entries()) {
      at = people.afterPause(at);
      if (at >= until) return shot(shell.told, i);
      const items = new Map([[node.id, world.end(node.id)]]);
      const told = orCancelled(node.id, at, { ...rootOf(shell), items, outer, final: true }, (place) =>
        final(node, at, place),
      );
      shell.told.push(told);
      if (told.end > until) return shot(cut(shell.told, stop(until, '')), i + 1);
      at = told.end;
    }
    return { end: at, fault: earliest(shell.failures)?.fault ?? null, isShot: false };

    function shot(before: readonly Told[], left: number): { end: number; fault: null; isShot: boolean } {
      shell.told.splice(0, Infinity, ...before);
      skip({ nodes: order.slice(left), output: plan.body.output }, until, rootOf(shell));
      return { end: until, fault: null, isShot: true };
    }
  }

  function final(node: FinallyNode, at: number, place: Place): Told {
    const { id, kind } = node;
    const blank = { address: id, kind, came: at, began: at, input: null, tried: [], isLeaf: false };
    const { end, failed, found } = body(node.body, at, place);
    const { output, fault } = failed
      ? { output: null, fault: null }
      : gives(place, id, end, () => valueOf(node.body.output, valuesOf({ ...place, found })));
    return { ...blank, end, outcome: failed || fault ? 'failed' : 'completed', output };
  }

  function rootOf(of: Shell, given = config): Place {
    const nothing = { prefix: '', path: '', around: [], numbered: false, tolerated: false, final: false };
    return {
      shell: of,
      found: new Map(),
      outer: new Map(),
      items: new Map(),
      config: given,
      onFailure: plan.onFailure,
      ...nothing,
    };
  }

  const shell: Shell = emptyShell();
  const nodes = plan.body.nodes.filter(({ kind }) => kind !== 'finally');
  const natural = body({ nodes }, 0, rootOf(shell));
  const over = earliest(shell.enders)?.at ?? natural.end;
  if (world.cancelAt !== null && world.cancelAt < over)
    shell.enders.push({ at: world.cancelAt, status: 'cancelled', address: '', fault: null });
  const stopped = earliest(shell.enders);
  const { output, fault: none } = stopped
    ? { output: null, fault: null }
    : outputOf(natural, shell.failures.length > 0);
  const valueless: Ender | undefined = none
    ? { at: natural.end, status: 'failed', address: '', fault: none }
    : undefined;
  const ender = stopped ?? earliest(shell.failures) ?? valueless;
  const begin = stopped ? stopped.at : natural.end;
  const ends = emptyShell();
  const main = cut(shell.told, stopped);
  const completed = main.filter(({ outcome }) => outcome === 'completed').map((one) => [one.address, one] as const);
  people = peopleOf(world.asked, world.cancelAt);
  const { end, fault, isShot } = last(ends, ender, begin, new Map(completed));
  const told = [...main, ...ends.told];
  const answers = people.answers(told);
  if (isShot && !ender) return { status: 'cancelled', output: null, duration: end, type: null, told, answers };
  if (ender)
    return { status: ender.status, output: null, duration: end, type: ender.fault?.type ?? null, told, answers };
  if (fault !== null) return { status: 'failed', output: null, duration: end, type: fault.type, told, answers };
  return { status: 'completed', output, duration: end, type: null, told, answers };

  function outputOf({ found }: Closed, hasFailed: boolean): { output: Json; fault: Fault | null } {
    if (hasFailed) return { output: null, fault: null };
    try {
      return { output: valueOf(plan.body.output, valuesOf({ ...rootOf(shell), found })), fault: null };
    } catch (error) {
      return { output: null, fault: faultIn(error) };
    }
  }
}

function rejection(address: string, { by, note }: Approved): Fault {
  return faultOf('PER_FLOW_005', `${address} was rejected by ${by}${note ? `: ${note}` : ''}.`);
}
