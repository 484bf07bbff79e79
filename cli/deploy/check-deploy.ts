import type { History } from '@temporalio/common/lib/proto-utils';
import { goesOn } from '../../client/deploy/goes-on';
import type { OpenWorkflow } from '../../client/deploy/open-workflows';
import { perennialError } from '../../core/errors';
import { firstDifference, type Place } from '../../workers/replay/first-difference';
import type { KeptHistory } from '../../workers/replay/kept-histories';
import { openReplayer, type Replayer } from '../../workers/replay/replayer';
import { someOf } from '../views/some-of';
import { ahead } from './ahead';

/** What a build is held against. */
export interface ToCheck {
  /** The build's id. */
  readonly build: string;
  /** Its bundle of the engine's workflows. */
  readonly bundle: string;
  /** The workflow types that were written by hand, and a bundle of their code; null: it was not given. */
  readonly handWritten: { readonly types: readonly string[]; readonly bundle: string | null };
  /** The names of what the project has now. */
  readonly pipelines: readonly string[];
  readonly models: readonly string[];
  /** What has not ended on the server; null: it was not asked. */
  readonly open: AsyncIterable<OpenWorkflow> | null;
  /** The history of an open one; null: it is gone. */
  history(one: OpenWorkflow): Promise<History | null>;
  readonly kept: readonly KeptHistory[];
  /** True: what is pinned is replayed as well, as if it were about to be moved. */
  readonly evenPinned?: boolean;
  /** Told of every open one that was seen to. */
  progress?(seen: number): void;
}

/** A history that this build would not go on with. */
export interface Differing {
  readonly code: 'PER_RUN_150' | 'PER_RUN_151';
  readonly workflow: string;
  readonly type: string;
  /** The file of a kept one; null: it is open on the server. */
  readonly file: string | null;
  /** The first event where the two part; null: it could not be told. */
  readonly event: Place | null;
  readonly message: string;
}

/** Open workflows of something that the project does not have any more. */
export interface Gone {
  readonly code: 'PER_RUN_152';
  readonly kind: 'pipeline' | 'model' | 'hand-written workflow';
  readonly name: string;
  /** The ids of all of them, in the order in which Temporal lists them. */
  readonly workflows: readonly string[];
  readonly message: string;
}

/** Those that were not replayed because they stay on a build to their end. */
export interface Pinned {
  readonly build: string;
  readonly current: boolean;
  readonly count: number;
  readonly workflows: readonly string[];
}

/** Those that were not replayed because the code of their workflow was not given. */
export interface Unchecked {
  readonly type: string;
  readonly workflows: readonly string[];
}

/** How a build stands to what is open and what was kept. */
export interface DeployCheck {
  readonly build: string;
  /** Null: the server was not asked. */
  readonly open: number | null;
  readonly kept: number;
  readonly differing: readonly Differing[];
  readonly gone: readonly Gone[];
  readonly pinned: readonly Pinned[];
  readonly unchecked: readonly Unchecked[];
}

/** Histories that are fetched while one is replayed. */
const FETCHED_AT_ONCE = 4;

/** Replays what may come to this build, and what was kept, against it. Nothing is executed, and nothing is changed. */
export async function checkDeploy(check: ToCheck): Promise<DeployCheck> {
  const replayers = new Replayers(check);
  const tally = new Tally(check);
  let open = 0;
  const differing: Differing[] = [];
  try {
    for (const one of check.kept) {
      const replayer = replayers.of(one.type);
      if (replayer === null) tally.unchecked(one);
      else differing.push(...(await replay(replayer, one, one.history, one.file)));
    }
    const fetch = (one: OpenWorkflow): Promise<History | null> =>
      tally.isReplayed(one) ? check.history(one) : Promise.resolve(null);
    for await (const [one, history] of ahead(check.open ?? nothing(), FETCHED_AT_ONCE, fetch)) {
      tally.see(one);
      const replayer = history === null ? null : replayers.of(one.type);
      if (replayer !== null && history !== null) {
        differing.push(...(await replay(replayer, one, history, null)));
        open += 1;
      }
      check.progress?.(tally.seen);
    }
  } finally {
    await replayers.close();
  }
  const kept = check.kept.filter(({ type }) => replayers.has(type)).length;
  return { build: check.build, open: check.open === null ? null : open, kept, differing, ...tally.found() };
}

async function* nothing(): AsyncGenerator<OpenWorkflow> {}

async function replay(
  replayer: Replayer,
  { workflow, type }: { readonly workflow: string; readonly type: string },
  history: History,
  file: string | null,
): Promise<Differing[]> {
  const fault = await replayer.replay(workflow, history);
  if (fault === null) return [];
  const event = await firstDifference(replayer, workflow, history, fault);
  const at = event === null ? '' : ` at event ${placeText(event)}`;
  const where = file === null ? '' : `, kept in ${file}`;
  const detail = `${workflow} (${type}${where})${at}: ${fault.why.replace(/\.$/, '')}.`;
  const what = { workflow, type, file, event };
  if (fault.kind === 'otherwise') {
    return [{ code: 'PER_RUN_150', ...what, message: perennialError('PER_RUN_150', detail).message }];
  }
  return [{ code: 'PER_RUN_151', ...what, message: perennialError('PER_RUN_151', detail).message }];
}

/** `11, ActivityTaskScheduled (train)`. */
export function placeText({ id, type, of }: Place): string {
  return `${id}, ${type}${of === null ? '' : ` (${of})`}`;
}

/** A replayer for the engine's workflows and one for those written by hand, opened when they are first needed. */
class Replayers {
  private readonly opened = new Map<string, Replayer>();

  constructor(private readonly check: Pick<ToCheck, 'bundle' | 'handWritten'>) {}

  has(type: string): boolean {
    return this.bundleOf(type) !== null;
  }

  of(type: string): Replayer | null {
    const bundle = this.bundleOf(type);
    if (bundle === null) return null;
    const replayer = this.opened.get(bundle) ?? openReplayer(bundle);
    this.opened.set(bundle, replayer);
    return replayer;
  }

  async close(): Promise<void> {
    for (const replayer of this.opened.values()) await replayer.close();
  }

  private bundleOf(type: string): string | null {
    const { bundle, handWritten } = this.check;
    return handWritten.types.includes(type) ? handWritten.bundle : bundle;
  }
}

/** What is counted besides the replays. */
class Tally {
  seen = 0;
  private readonly pins = new Map<string, string[]>();
  private readonly missing = new Map<string, { kind: Gone['kind']; name: string; workflows: string[] }>();
  private readonly skipped = new Map<string, string[]>();

  constructor(private readonly check: Pick<ToCheck, 'build' | 'handWritten' | 'pipelines' | 'models' | 'evenPinned'>) {}

  isReplayed({ pinnedTo, type, byHand }: OpenWorkflow): boolean {
    const { types, bundle } = this.check.handWritten;
    // Of one that the project has lost nobody can name the code.
    const hasCode = types.includes(type) ? bundle !== null : !byHand;
    return (pinnedTo === null || this.check.evenPinned === true) && hasCode;
  }

  see(one: OpenWorkflow): void {
    this.seen += 1;
    if (one.pinnedTo !== null) this.pins.set(one.pinnedTo, [...(this.pins.get(one.pinnedTo) ?? []), one.workflow]);
    else if (!this.isReplayed(one)) this.unchecked(one);
    this.miss(one);
  }

  unchecked({ type, workflow }: { readonly type: string; readonly workflow: string }): void {
    this.skipped.set(type, [...(this.skipped.get(type) ?? []), workflow]);
  }

  found(): Pick<DeployCheck, 'gone' | 'pinned' | 'unchecked'> {
    const { build } = this.check;
    return {
      gone: [...this.missing.values()].map(({ kind, name, workflows }) => {
        const { message } = perennialError('PER_RUN_152', `The ${kind} '${name}': ${someOf(workflows)}.`);
        return { code: 'PER_RUN_152', kind, name, workflows, message };
      }),
      pinned: [...this.pins].map(([pin, workflows]) => ({
        ...{ build: pin, current: pin === build },
        ...{ count: workflows.length, workflows },
      })),
      unchecked: [...this.skipped].map(([type, workflows]) => ({ type, workflows })),
    };
  }

  /** A run that is pinned has the code of its own build, whatever this one has; what goes on for ever comes to this one. */
  private miss({ workflow, type, byHand, pipeline, model, pinnedTo }: OpenWorkflow): void {
    const { pipelines, models, handWritten } = this.check;
    if ((pinnedTo !== null && !goesOn(type)) || handWritten.types.includes(type)) return;
    if (byHand) {
      this.add('hand-written workflow', type, workflow);
      return;
    }
    const name = type.startsWith('perennial.') ? pipeline : type;
    if (name !== null && !pipelines.includes(name)) this.add('pipeline', name, workflow);
    else if (type === 'perennial.keeper' && model !== null && !models.includes(model))
      this.add('model', model, workflow);
  }

  private add(kind: Gone['kind'], name: string, workflow: string): void {
    const key = `${kind} ${name}`;
    const entry = this.missing.get(key) ?? { kind, name, workflows: [] };
    entry.workflows.push(workflow);
    this.missing.set(key, entry);
  }
}
