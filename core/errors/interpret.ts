import type { ErrorRow } from './error';

/** Errors of the interpreter: what can go wrong between the nodes of a run. */
export const INTERPRET_ERRORS = {
  PER_FLOW_001: {
    fault: 'user',
    retryable: false,
    title: 'an expression met a value that it cannot read',
    fix: 'Wire a value of the kind that is needed: with a default or coalesce() where it may be missing, by a step where it has to be computed.',
  },
  PER_FLOW_002: {
    fault: 'user',
    retryable: false,
    title: 'a map was given something else than a list',
    fix: 'Give g.map a list, of the config or of a node; read one that may be missing with coalesce(list, []).',
  },
  PER_FLOW_003: {
    fault: 'user',
    retryable: false,
    title: 'a run has too many node executions',
    fix: 'A workflow runs at most 500 nodes: part the pipeline, or put what repeats into a map, whose items run in shards.',
  },
  PER_FLOW_004: {
    fault: 'user',
    retryable: false,
    title: 'a value between nodes is too large',
    fix: 'Put it into the artifact store and pass its digest.',
  },
  PER_FLOW_005: {
    fault: 'user',
    retryable: false,
    title: 'a person rejected the run',
    fix: 'Nothing to mend: the answer is recorded with its note. Branch on the answer to go on after a rejection.',
  },
  PER_FLOW_006: {
    fault: 'engine',
    retryable: false,
    title: 'a node was cancelled by somebody else than its run',
    fix: 'Look in the Temporal UI for who cancelled it, and start the run again.',
  },
  PER_FLOW_007: {
    fault: 'user',
    retryable: false,
    title: 'an approval does not wait for an answer',
    fix: '`perennial show <run>` says which approvals wait.',
  },
  PER_FLOW_008: {
    fault: 'engine',
    retryable: true,
    title: 'the worker of a node was lost',
    fix: "See the log of the pool's workers; a worker that dies at the same node each time often has too little memory.",
  },
  PER_FLOW_009: {
    fault: 'engine',
    retryable: false,
    title: 'the interpreter met a state that it should not',
    fix: "This is a fault of Perennial: please report it with the plan and the workflow's history.",
  },
  PER_FLOW_010: {
    fault: 'user',
    retryable: false,
    title: 'more items of a map failed than it tolerates',
    fix: "See the items' own errors with `perennial show <run>`; mend them, or let the map tolerate more.",
  },
  PER_FLOW_011: {
    fault: 'user',
    retryable: false,
    title: 'a calculation has no finite result',
    fix: 'Branch on the divisor before dividing by it, or let a step compute what is needed.',
  },
  PER_FLOW_012: {
    fault: 'user',
    retryable: false,
    title: 'the least or greatest of an empty list was asked for',
    fix: "Branch on the list's `length` first.",
  },
  PER_FLOW_013: {
    fault: 'user',
    retryable: false,
    title: 'a wait was given no time',
    fix: "Give a length ('2h', or milliseconds), or { until } a moment: ISO 8601 with its zone, or milliseconds since 1970.",
  },
  PER_FLOW_014: {
    fault: 'user',
    retryable: false,
    title: 'a wait would last more than a year',
    fix: 'A wait lasts 366 days at most: look whether the moment is meant, in milliseconds and not in smaller units.',
  },
  PER_FLOW_015: {
    fault: 'user',
    retryable: false,
    title: 'a switch was given neither text nor a number',
    fix: 'Read what may be null with coalesce(), and use g.branch with a condition for what is true or false.',
  },
  PER_FLOW_016: {
    fault: 'user',
    retryable: false,
    title: 'a shard or a called run of before a reset does not end',
    fix: "End it in Temporal's UI, where it stands under the name that is given, then `perennial rerun` the run.",
  },
  PER_FLOW_017: {
    fault: 'user',
    retryable: false,
    title: 'a person cancelled a node',
    fix: 'Nothing to mend: `perennial show <run>` says who did and why. Run it again with `perennial rerun <run>`.',
  },
} as const satisfies Record<`PER_FLOW_${number}`, ErrorRow>;
