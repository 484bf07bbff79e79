import type { ErrorRow } from './error';

/** Errors found while a step, pipeline or model is being defined, traced or checked. */
export const DEFINE_ERRORS = {
  PER_DEF_001: {
    fault: 'user',
    retryable: false,
    title: 'a name is malformed',
    fix: 'Use lower-case letters, digits and hyphens, beginning with a letter, at most 100 characters.',
  },
  PER_DEF_002: {
    fault: 'user',
    retryable: false,
    title: 'a duration is malformed',
    fix: "Write a whole number with a unit ('500ms', '30s', '10m', '2h', '1d'), or milliseconds as a number above 0.",
  },
  PER_DEF_003: {
    fault: 'user',
    retryable: false,
    title: 'a light step asks for what light steps cannot have',
    fix: "A light step runs at most 10 s on the pool 'cpu', without heartbeat, isolation or priority: drop `light` or the option.",
  },
  PER_DEF_004: {
    fault: 'user',
    retryable: false,
    title: 'a reference was used as a value while the graph was being defined',
    fix: 'It has no value yet. Compare it with eq(), gte() and the like in a g.branch, loop over it with g.map, or compute with it in a step.',
  },
  PER_DEF_005: {
    fault: 'user',
    retryable: false,
    title: 'a graph builder was used after its graph was traced',
    fix: 'Use `g` only inside the function given as `graph`, and never asynchronously.',
  },
  PER_DEF_006: {
    fault: 'user',
    retryable: false,
    title: 'contracts and handlers do not match',
    fix: 'Give implement() one handler for each contract, under the same key.',
  },
  PER_DEF_007: {
    fault: 'user',
    retryable: false,
    title: 'a schedule is malformed',
    fix: "Write five fields (minute, hour, day of month, month, day of week), for example cron('0 2 * * *', { timezone: 'UTC' }).",
  },
  PER_DEF_008: {
    fault: 'user',
    retryable: false,
    title: "a model's config does not fit its retrain pipeline",
    fix: 'Give what the config of the pipeline asks for; the keeper adds `occasion`.',
  },
  PER_DEF_009: {
    fault: 'user',
    retryable: false,
    title: 'a name is used twice',
    fix: 'Rename one; nodes take a name of their own with { id }.',
  },
  PER_DEF_010: {
    fault: 'user',
    retryable: false,
    title: 'a value leaks out of its branch or map',
    fix: "Return it from the arm or body and use the branch's or map's own result instead.",
  },
  PER_DEF_011: {
    fault: 'user',
    retryable: false,
    title: 'a plan is too large or too deep',
    fix: 'Part it into several pipelines, or fan out with g.map instead of a loop.',
  },
  PER_DEF_012: {
    fault: 'user',
    retryable: false,
    title: 'an approval names nobody who may answer',
    fix: 'Give `by` the names of those who may, or leave it out.',
  },
  PER_DEF_013: {
    fault: 'user',
    retryable: false,
    title: 'a step names an unknown pool',
    fix: 'Use a pool of this project, or name the pool under `steps` of perennial.config.ts.',
  },
  PER_DEF_014: {
    fault: 'user',
    retryable: false,
    title: 'a step has no implementation',
    fix: 'Write implement({ theStep }, { ... }) in a file named under `steps` of perennial.config.ts, in the pool of the contract.',
  },
  PER_DEF_015: {
    fault: 'user',
    retryable: false,
    title: 'something defined is used nowhere',
    fix: 'Use it, or remove it.',
  },
  PER_DEF_016: {
    fault: 'user',
    retryable: false,
    title: 'a value has no JSON form',
    fix: 'Plans and inputs hold JSON and references only: no functions, dates, undefined in lists, or numbers that are not finite.',
  },
  PER_DEF_017: {
    fault: 'user',
    retryable: false,
    title: 'a schema has no JSON schema',
    fix: 'Use zod types that describe JSON: write dates as z.iso.datetime(), maps as z.record().',
  },
  PER_DEF_018: {
    fault: 'user',
    retryable: false,
    title: 'a final body stands where it cannot, or reads what may not be there',
    fix: 'Write g.always and g.onFailure at the top of the graph, and read values of the graph in them with coalesce(value, other).',
  },
  PER_DEF_019: {
    fault: 'user',
    retryable: false,
    title: 'an expression is malformed',
    fix: 'Give a key that only names a field (`(item) => item.auc`), and digits from 0 to 15; let a step compute what is more than that.',
  },
  PER_DEF_020: {
    fault: 'user',
    retryable: false,
    title: 'a priority is malformed',
    fix: 'Give a whole number from 1, which begins first, to 5.',
  },
  PER_DEF_021: {
    fault: 'user',
    retryable: false,
    title: 'a tag is malformed, or there are too many',
    fix: 'Give at most 10 tags of letters, digits and . _ : = / -, at most 50 characters each.',
  },
  PER_DEF_022: {
    fault: 'user',
    retryable: false,
    title: 'a switch has no case, one twice, or one that its value never is',
    fix: 'Give each value that is possible one arm under `switch`, and the others `else`.',
  },
  PER_DEF_030: {
    fault: 'user',
    retryable: false,
    title: 'a light step is a command',
    fix: 'A command runs in a process of its own: drop `light` from the contract.',
  },
  PER_DEF_031: {
    fault: 'user',
    retryable: false,
    title: 'a command is malformed',
    fix: "Give program, arguments, cwd and files as texts without NUL characters, and variables that are not the engine's (docs/COMMAND-STEPS.md).",
  },
} as const satisfies Record<`PER_DEF_${number}`, ErrorRow>;
