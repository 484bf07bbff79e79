import * as fc from 'fast-check';
import { decide, type KeeperCommand, type ShellEvent } from '../../../core/keep/decide';
import type { Decision } from '../../../core/keep/decision';
import { outcomeId } from '../../../core/keep/decision-id';
import type { Cause, CauseKind, KeeperEvent } from '../../../core/keep/event';
import type { KeeperPolicy, ModelFacts } from '../../../core/keep/facts';
import { INITIAL_STATE, type KeeperState, type Remembered, type Retrain } from '../../../core/keep/state';

export const DAY = 86_400_000;

/** Day `n` of a made-up year, as event time. */
export function day(n: number): string {
  return new Date(Date.UTC(2001, 0, 1) + n * DAY).toISOString();
}

/** Something that happens around a keeper. Numbers are choices, resolved against the world when it happens. */
export type Happening =
  | { readonly kind: 'cause'; readonly report: Report }
  | { readonly kind: 'hand-over'; readonly pass: boolean; readonly stranger: boolean }
  /** The run of the last retrain hands over after the keeper has closed it. */
  | { readonly kind: 'late-hand-over'; readonly pass: boolean }
  | { readonly kind: 'run-ended'; readonly status: 'completed' | 'failed' | 'terminated' }
  | { readonly kind: 'change-champion' }
  | { readonly kind: 'freeze'; readonly on: boolean; readonly id: string }
  | { readonly kind: 'again'; readonly back: number }
  /** Another monitor, later, about the window that was acted upon last. */
  | { readonly kind: 'retold'; readonly late: number };

/** A report, with the version it is about still to be chosen: mostly the one that serves, since others are stale. */
export interface Report {
  readonly kind: CauseKind;
  readonly version: number | 'current';
  readonly day: number;
  /** Days after its window's end that it is told: a revision, a late label. */
  readonly late: number;
  readonly source: number;
}

const reports: fc.Arbitrary<Report> = fc.record({
  kind: fc.constantFrom('schedule', 'drift', 'accuracy', 'business', 'person'),
  version: fc.oneof(
    { weight: 4, arbitrary: fc.constant('current' as const) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
  ),
  day: fc.integer({ min: 0, max: 6 }).map((week) => week * 7),
  late: fc.integer({ min: 0, max: 10 }),
  source: fc.integer({ min: 0, max: 3 }),
});

function toCause(report: Report, champion: number | null): Cause {
  const { kind, source, day: at, late } = report;
  const eventTime = day(at + late);
  if (kind === 'schedule' || kind === 'person')
    return { id: `m/${kind}/${source}/${at}/${late}`, kind, eventTime, evidence: null };
  const version = report.version === 'current' ? (champion ?? 1) : report.version;
  const window = { from: day(at - 7), to: day(at) };
  return { id: `m/${kind}/${source}/${version}/${at}/${late}`, kind, eventTime, evidence: null, version, window };
}

export const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: reports.map((report) => ({ kind: 'cause' as const, report })) },
    {
      weight: 4,
      arbitrary: fc
        .record({ pass: fc.boolean(), stranger: fc.integer({ min: 0, max: 9 }) })
        .map(({ pass, stranger }) => ({ kind: 'hand-over' as const, pass, stranger: stranger === 0 })),
    },
    { weight: 2, arbitrary: fc.boolean().map((pass) => ({ kind: 'late-hand-over' as const, pass })) },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom('completed' as const, 'failed' as const, 'terminated' as const)
        .map((status) => ({ kind: 'run-ended' as const, status })),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'change-champion' as const }) },
    {
      weight: 1,
      arbitrary: fc
        .record({ on: fc.boolean(), id: fc.string({ minLength: 1, maxLength: 3 }) })
        .map((f) => ({ kind: 'freeze' as const, ...f })),
    },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 30 }).map((late) => ({ kind: 'retold' as const, late })) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 8 }).map((back) => ({ kind: 'again' as const, back })) },
  ),
  { maxLength: 120 },
);

export const policies: fc.Arbitrary<KeeperPolicy> = fc.record({
  cooldown: fc.constantFrom(0, 3 * DAY, 14 * DAY),
  budget: fc.option(fc.record({ retrains: fc.integer({ min: 1, max: 3 }), period: fc.constant(20 * DAY) }), {
    nil: null,
  }),
});

/** A keeper's surroundings, in memory: the records, the champion, the runs. It carries out commands as the shell does. */
export class World {
  state: KeeperState = INITIAL_STATE;
  readonly records = new Map<string, Remembered>();
  readonly causes = new Map<string, Cause>();
  readonly started: Retrain[] = [];
  readonly promotions: { version: number; retrain: string }[] = [];
  champion: ModelFacts['champion'] = null;
  /** Commands that contradict the records: must stay empty. */
  readonly contradictions: string[] = [];
  private readonly told: KeeperEvent[] = [];
  private versions = 0;

  constructor(readonly policy: KeeperPolicy) {}

  play(happening: Happening): void {
    const event = this.resolve(happening);
    if (!event) return;
    this.told.push(event);
    this.tell(event);
  }

  tell(event: KeeperEvent | ShellEvent): void {
    if (event.type === 'cause') this.causes.set(event.cause.id, event.cause);
    const { state, commands } = decide(this.state, event, this.facts(event));
    this.state = state;
    for (const command of commands) this.carryOut(command);
  }

  facts(event: KeeperEvent | ShellEvent): ModelFacts {
    const { policy, champion } = this;
    return { model: 'm', policy, rollout: [{ stage: 'full' }], champion, recorded: this.recorded(event) };
  }

  private recorded(event: KeeperEvent | ShellEvent): ModelFacts['recorded'] {
    if (event.type !== 'cause') return null;
    const found = [...this.records.values()].find((r) => r.decision.causeId === event.cause.id);
    if (!found) return null;
    return { decision: found.decision, closed: this.records.has(outcomeId(found.decision.id)), basis: found.basis };
  }

  private carryOut(command: KeeperCommand): void {
    switch (command.do) {
      case 'record':
        this.record(command.decision, command.cause);
        return;
      case 'start':
        this.started.push(command.retrain);
        return;
      case 'promote': {
        if ((this.champion?.seq ?? 0) !== command.expectedSeq) {
          this.tell({ type: 'overtaken', version: this.champion?.version ?? null, seq: this.champion?.seq ?? 0 });
          return;
        }
        const seq = command.expectedSeq + 1;
        this.champion = { version: command.version, seq };
        this.promotions.push({ version: command.version, retrain: command.decision.id });
        this.record(command.decision, null);
        this.tell({ type: 'promoted', decision: command.decision, seq });
      }
    }
  }

  private record(decision: Decision, cause: Cause | null): void {
    const before = this.records.get(decision.id);
    if (before && before.decision.action !== decision.action) {
      this.contradictions.push(`${decision.id}: ${before.decision.action}, then ${decision.action}`);
    }
    if (!before) this.records.set(decision.id, { decision, cause, basis: this.champion?.seq ?? 0 });
  }

  private resolve(happening: Happening): KeeperEvent | null {
    const retrain = this.state.phase.at === 'idle' ? null : this.state.phase.retrain;
    switch (happening.kind) {
      case 'cause':
        return { type: 'cause', cause: toCause(happening.report, this.champion?.version ?? null) };
      case 'hand-over': {
        this.versions += 1;
        const decisionId = happening.stranger || !retrain ? `stranger-${this.versions}` : retrain.decisionId;
        const type = happening.pass ? 'candidate' : 'declined';
        return {
          type,
          version: this.versions,
          decisionId,
          eventTime: retrain?.eventTime ?? day(0),
          reason: 'measured',
        };
      }
      case 'late-hand-over': {
        const late = this.started.at(-1)?.decisionId;
        if (retrain || late === undefined) return null;
        this.versions += 1;
        const type = happening.pass ? 'candidate' : 'declined';
        return { type, version: this.versions, decisionId: late, eventTime: day(0), reason: 'late' };
      }
      case 'run-ended':
        return retrain && { type: 'run-ended', runId: retrain.runId, status: happening.status, reason: '' };
      case 'change-champion':
        if (!this.champion) return null;
        this.champion = { version: this.champion.version, seq: this.champion.seq + 1 };
        return { type: 'rolled-back', seq: this.champion.seq };
      case 'freeze':
        return { type: happening.on ? 'freeze' : 'unfreeze', id: happening.id, by: 'ada', eventTime: day(1) };
      case 'retold': {
        const about = this.causes.get(this.started.at(-1)?.causeId ?? '');
        if (!about?.window) return null;
        const eventTime = new Date(Date.parse(about.eventTime) + happening.late * DAY).toISOString();
        return { type: 'cause', cause: { ...about, id: `${about.id}+${happening.late}`, eventTime } };
      }
      case 'again':
        return this.told.at(-happening.back) ?? null;
    }
  }
}
