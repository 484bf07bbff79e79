/**
 * Danger: two pipelines share expectations, and nobody can say which version of them judged what; a suite that was edited passes for the
 * one of before, or one that was not for another; an expectation of a suite is judged as another.
 */
import { renderReport } from '../../../activities/validate/report';
import { clean, ruleSet, suite, validate, versionOf } from '../../../steps';
import { expectationsIn, rulesIn } from '../../../steps/suites';

const wellFormed = suite('well-formed', [
  { kind: 'not-null', column: 'id' },
  { kind: 'range', column: 'amount', min: 0, severity: 'warn' },
]);
const alone = { kind: 'row-count', min: 1, severity: 'fail' } as const;
const dataset = 'ab'.repeat(32);
const trimmed = (column: string) => ruleSet('tidy', [{ kind: 'trim', name: 'spaces', columns: [column] }]);

function refusalOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

test('the version is of what is in it: not of its name, nor of how its fields are ordered or its defaults spelt', () => {
  const same = suite('another-name', [
    { column: 'id', kind: 'not-null', severity: 'fail', maxShare: 0 },
    { severity: 'warn', min: 0, column: 'amount', kind: 'range' },
  ]);
  expect(versionOf(same).digest).toBe(versionOf(wellFormed).digest);
  const edited = suite('well-formed', [
    ...wellFormed.expectations.slice(0, 1),
    { kind: 'range', column: 'amount', min: 1 },
  ]);
  expect(versionOf(edited)).toMatchObject({ name: 'well-formed' });
  expect(versionOf(edited).digest).not.toBe(versionOf(wellFormed).digest);
});

test('a suite stands among the expectations of a step, in its place, and is parsed as it was declared', () => {
  const { expectations } = validate.input.parse({ dataset, expectations: [alone, wellFormed, alone] });
  expect(expectationsIn(expectations).map(({ expectation, suite: of }) => [expectation.kind, of])).toEqual([
    ['row-count', null],
    ['not-null', 'well-formed'],
    ['range', 'well-formed'],
    ['row-count', null],
  ]);
  const [, parsed] = expectations;
  expect(parsed?.kind === 'suite' && versionOf(parsed)).toEqual(versionOf(wellFormed));
});

test('a rule set likewise', () => {
  const tidy = ruleSet('tidy', [{ kind: 'trim', name: 'spaces', columns: ['c'] }]);
  const nfc = { kind: 'nfc', name: 'composed', columns: ['c'] } as const;
  const { rules = [] } = clean.input.parse({ dataset, rules: [tidy, nfc], quarantine: [], uniqueBy: null });
  expect(rulesIn(rules).map(({ name }) => name)).toEqual(['spaces', 'composed']);
});

test.each([
  ['of no name that it may have', () => suite('Not A Name', [alone]), "'Not A Name'"],
  ['of nothing', () => suite('empty', []), "'empty'"],
  [
    'of an expectation that contradicts its kind',
    () => ruleSet('odd', [{ kind: 'trim', name: 'Odd', columns: [] }]),
    'columns',
  ],
])('one %s is refused where it is declared', (_what, declare, named) => {
  const refusal = refusalOf(declare);
  expect(refusal).toMatchObject({ code: 'PER_DATA_114' });
  expect(String(refusal)).toContain(named);
});

test.each([
  [
    'two versions of one suite',
    () => expectationsIn([wellFormed, alone, suite('well-formed', [alone])]),
    'well-formed',
  ],
  ['a suite twice', () => expectationsIn([wellFormed, wellFormed]), "'well-formed' stands in a step twice (the same"],
  ['two versions of a rule set', () => rulesIn([trimmed('a'), trimmed('b')]), "The rule-set 'tidy'"],
])('%s in one step: refused by name, for nobody could say which was broken', (_what, taken, named) => {
  const refusal = refusalOf(taken);
  expect(refusal).toMatchObject({ code: 'PER_DATA_114' });
  expect(String(refusal)).toContain(named);
});

test('suites of other names with the same members are two', () => {
  const given = [wellFormed, suite('other', wellFormed.expectations)];
  expect(expectationsIn(given).map(({ suite: of }) => of)).toEqual(['well-formed', 'well-formed', 'other', 'other']);
});

test('the report names suite and version, and the suite of each expectation; a name is text there', () => {
  const outcome = {
    expectation: 'x',
    severity: 'fail',
    passed: true,
    observed: 1,
    violations: null,
    rows: [],
  } as const;
  const { digest } = versionOf(wellFormed);
  const page = renderReport(dataset, [{ ...outcome, suite: 'a<b' }, outcome], [{ name: 'a<b', digest }]);
  expect(page).toContain(`<p>Suite <strong>a&lt;b</strong>, version <code>${digest}</code></p>`);
  expect(page.match(/<small>\(a&lt;b\)<\/small>/g)).toHaveLength(1);
});
