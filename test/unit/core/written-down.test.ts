// Danger: what is written down wrongly is found after hours, when its step begins; a misspelt option is none, in silence.
// And what may well be right is refused.
import { z } from 'zod';
import {
  cron,
  daily,
  defineConfig,
  doneBy,
  model,
  monthly,
  onFiles,
  pipeline,
  type RefBase,
  step,
} from '../../../core';
import { codeOf } from './code-of';

const Input = z.object({
  seed: z.int().min(1),
  names: z.array(z.string()).min(1),
  depth: z.int().default(3),
  how: z.object({ kind: z.enum(['fast', 'slow']), rows: z.number() }).optional(),
});
const fit = step('fit', { input: Input, output: z.number() });

/** The graph's own use of a step, with what the compiler would refuse: as a project in JavaScript has it. */
const use = (input: object, contract = fit, options: object = {}) =>
  pipeline('p', {
    config: z.object({ n: z.number(), list: z.array(z.string()) }),
    graph: (g, config) =>
      g.run(
        contract,
        Object.fromEntries(Object.entries(input).map(([k, v]) => [k, later(v, config)])) as never,
        options,
      ),
  });
const later = (value: unknown, config: Record<'n' | 'list', RefBase<unknown>>): unknown => {
  if (value === '$n') return config.n;
  if (value === '$list') return config.list;
  return value;
};

it.each<[string, object, string]>([
  ['of another type', { seed: 'one', names: ['a'] }, 'seed: Invalid input: expected number, received string'],
  ['below its bound', { seed: 0, names: ['a'] }, 'seed: Too small'],
  ['missing', { names: ['a'] }, 'seed: Invalid input'],
  ['missing beside a reference', { names: '$list' }, 'seed: Invalid input'],
  ['deep inside', { seed: '$n', names: ['a'], how: { kind: 'quick', rows: 1 } }, 'how.kind: Invalid option'],
])('a constant that is %s is refused where it is written', (_, input, text) => {
  expect(() => use(input)).toThrow(`The input of fit does not fit its schema: ${text}`);
  expect(codeOf(() => use(input))).toBe('PER_DEF_070');
});

it.each<[string, object]>([
  ['a default is left out', { seed: 1, names: ['a'] }],
  ['everything is known later', { seed: '$n', names: '$list' }],
  ['what is known later is of another type by its looks', { seed: 1, names: '$list' }],
])('nothing is refused where %s', (_, input) => {
  expect(use(input).plan.body.nodes).toHaveLength(1);
});

it('a rule that reads what is not known yet says nothing, and one that cannot be asked neither', () => {
  const below = z.object({ a: z.any(), b: z.number() }).refine(({ a, b }) => a < b, { path: ['b'] });
  const asks = z.object({ a: z.number().refine(async (n) => Promise.resolve(n > 5)) });
  const trips = z.object({ a: z.unknown().transform((a) => String(a).length + Number(a)) });
  const of = (input: z.ZodObject) => step('fit', { input, output: z.number() }) as never;
  expect(() => use({ a: '$n', b: -1 }, of(below))).not.toThrow();
  expect(() => use({ a: 1 }, of(asks))).not.toThrow();
  expect(() => use({ a: '$n' }, of(trips))).not.toThrow();
  expect(codeOf(() => use({ a: 2, b: 1 }, of(below)))).toBe('PER_DEF_070');
});

it('a rule of a field that is written down whole is held, whatever stands beside it', () => {
  const part = z.object({ low: z.number(), high: z.number() }).refine(({ low, high }) => low < high, 'low first');
  const input = z.object({ data: z.string(), part, deep: z.object({ part: part.optional() }).optional() });
  const of = step('fit', { input, output: z.number() }) as never;
  const wrong = { low: 2, high: 1 };
  expect(() => use({ data: '$n', part: wrong }, of)).toThrow(
    'The input of fit does not fit its schema: part: low first.',
  );
  expect(() => use({ data: '$n', part: { low: 1, high: 2 } }, of)).not.toThrow();
  expect(() => use({ data: '$n', part: { low: 1, high: 2 }, deep: { part: wrong } }, of)).toThrow(
    'deep.part: low first',
  );
  expect(() => use({ data: 'x', part: wrong }, of)).toThrow('schema: part: low first. Give');
});

it('the config of a call is held against the called pipeline', () => {
  const called = pipeline('called', { config: z.object({ n: z.number().max(3) }), graph: () => 1 });
  const calls = (n: number) => pipeline('p', { config: z.object({}), graph: (g) => g.call(called, { n }) });
  expect(codeOf(() => calls(4))).toBe('PER_DEF_070');
  expect(() => calls(3)).not.toThrow();
});

it('an option that nobody reads is refused, with the one that was meant', () => {
  expect(() => use({ seed: 1, names: ['a'] }, fit, { timout: '1h' })).toThrow(
    "There is no option 'timout' for the node fit, did you mean 'timeout'?",
  );
  const misspelt = { input: Input, output: z.number(), retires: { attempts: 1 } };
  expect(() => step('fit', misspelt)).toThrow("There is no option 'retires' for the step fit");
  expect(codeOf(() => step('fit', misspelt))).toBe('PER_DEF_071');
  const options = { config: z.object({}), graph: () => 1, onFail: 'cancel' };
  expect(() => pipeline('p', options)).toThrow("did you mean 'onFailure'?");
});

describe('so is one deeper down, or of a model', () => {
  const retrain = pipeline('p', { config: z.object({}), graph: () => 1 });
  const declared = {
    ...{ retrain, config: {}, schedule: cron('0 2 * * *'), monitors: [] },
    policy: { cooldown: '1h', budget: { retrains: 1, per: '1d' } },
    serving: { features: {} },
  } as const;
  const made = (more: object) => () => model('m', { ...declared, ...more });

  it.each<[string, () => unknown, string]>([
    ['the retry of a step', () => step('fit', stepWith({ attemps: 1 })), "'attemps' for the retry of the step fit"],
    ['the retry of a use', () => use({ seed: 1, names: ['a'] }, fit, { retry: { delay: 1 } }), 'the retry of fit'],
    ['a model', made({ montors: [] }), "'montors' for the model m, did you mean 'monitors'?"],
    ['a policy', made({ policy: { cooldwn: '1h' } }), 'for the policy of the model m'],
    [
      'a budget',
      made({ policy: { cooldown: '1h', budget: { retrain: 1, per: '1d' } } }),
      'for the budget of the model m',
    ],
    ['the serving of a model', made({ serving: { features: {}, eventtime: 'at' } }), "did you mean 'eventTime'?"],
    ['a schedule', () => cron('0 2 * * *', misspelt({ timeZone: 'UTC' })), "did you mean 'timezone'?"],
    ['a deadline', () => doneBy('06:00', misspelt({ day: 'mon' })), "did you mean 'days'?"],
    ['days', () => daily({ from: '2026-01-01', ...misspelt({ zone: 'UTC' }) }), 'for daily()'],
    ['months', () => monthly({ from: '2026-01', ...misspelt({ zone: 'UTC' }) }), 'for monthly()'],
    [
      'a project',
      () => defineConfig({ pipelines: [], models: [], steps: {}, ...misspelt({ retentoin: {} }) }),
      "'retentoin' for the project, did you mean 'retention'?",
    ],
    [
      'a sensor',
      () => onFiles('arrivals', { in: 'incoming', config: () => ({}), ...misspelt({ mtach: '*.csv' }) }),
      "'mtach' for the sensor arrivals, did you mean 'match'?",
    ],
  ])('%s', (_, work, text) => {
    expect(work).toThrow(text);
    expect(codeOf(work)).toBe('PER_DEF_071');
  });

  it.each<[string, () => unknown, string]>([
    [
      'a pipeline',
      () => pipeline('p', { config: z.object({}), graph: () => 1, ...misspelt({ onFailure: 'finish' }) }),
      "did you mean 'finish-others'?",
    ],
    ['a model', made({ clock: 'walll' }), "did you mean 'wall'?"],
  ])('a value that is none of those an option of %s takes is refused', (_, work, text) => {
    expect(work).toThrow(text);
    expect(codeOf(work)).toBe('PER_DEF_093');
  });

  it('but what has been declared may be declared again, with something else', () => {
    expect(() => model('n', { ...declared, ...model('m', declared), policy: declared.policy, on: [] })).not.toThrow();
    expect(() => step('again', { ...fit, heartbeat: '30s' })).not.toThrow();
  });
});

/** As JavaScript has it: the compiler lets no such option through. */
const misspelt = (options: object): object => options;
const stepWith = (retry: object) => ({ input: Input, output: z.number(), retry });
