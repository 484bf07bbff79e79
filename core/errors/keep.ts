import type { ErrorRow } from './error';

/** Errors of the keeper, causes, decisions, schedules, and of the client's verbs. */
export const KEEP_ERRORS = {
  PER_KEEP_001: {
    fault: 'user',
    retryable: false,
    title: 'Unknown model',
    fix: 'Name one of the models of perennial.config.ts, or restart the workers after adding it there.',
  },
  PER_KEEP_002: {
    fault: 'user',
    retryable: false,
    title: 'A cause has no event time',
    fix: "Give `eventTime` (on the command line `--at`): the model's clock is 'event', and no window of it has been judged that could tell the time.",
  },
  PER_KEEP_003: {
    fault: 'user',
    retryable: false,
    title: 'A message to a keeper was not understood',
    fix: 'Report causes with the client, the API or the outbox, which give a message its form.',
  },
  PER_KEEP_004: {
    fault: 'user',
    retryable: false,
    title: 'Unknown run',
    fix: 'List the runs with `perennial runs`; Temporal forgets a closed run when its retention ends.',
  },
  PER_KEEP_005: {
    fault: 'user',
    retryable: false,
    title: 'No approval waits for this answer',
    fix: 'See which node waits with `perennial show <run>`; an approval is answered once.',
  },
  PER_KEEP_006: {
    fault: 'user',
    retryable: false,
    title: 'A model has no schedule',
    fix: 'Declare `schedule: cron(...)` in model(), or start the workers once so that the schedule is created.',
  },
  PER_KEEP_007: {
    fault: 'user',
    retryable: false,
    title: 'A cause was refused',
    fix: 'Send a known kind, instants as ISO 8601 in UTC with milliseconds, and evidence that is JSON.',
  },
  PER_KEEP_008: {
    fault: 'engine',
    retryable: true,
    title: 'Waiting for a run took too long',
    fix: 'The run goes on; look at it with `perennial show <run>` or wait again.',
  },
  PER_KEEP_009: {
    fault: 'user',
    retryable: false,
    title: 'A cause lies in the future',
    fix: "Give an event time of the data's past: the keeper's cool-down would refuse everything before a later one. A model on the wall clock may be a day ahead.",
  },
  PER_KEEP_011: {
    fault: 'user',
    retryable: false,
    title: 'An answer names something else than an approval',
    fix: '`perennial show <run>` says which approvals wait; docs/RUN-CONTROL.md has what can be done about other nodes.',
  },
  PER_KEEP_012: {
    fault: 'user',
    retryable: true,
    title: 'An approval does not ask yet',
    fix: 'Answer once `perennial show <run>` says that it waits; `perennial why <run> <node>` says what it needs.',
  },
  PER_KEEP_013: {
    fault: 'user',
    retryable: false,
    title: 'An approval has been answered',
    fix: 'That stands: an approval is answered once. Once the run has ended, `perennial rerun <run> --from <node>` asks again.',
  },
  PER_KEEP_014: {
    fault: 'user',
    retryable: false,
    title: 'An approval asks no longer',
    fix: '`perennial why <run> <node>` says why. Once the run has ended, `perennial rerun <run>` runs what has not completed again.',
  },
} as const satisfies Record<`PER_KEEP_${number}`, ErrorRow>;
