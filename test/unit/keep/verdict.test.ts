// Danger: an operator who searches for alarms finds keepers by their last decision, or by a cause that nobody measured.
import { CAUSE_KINDS } from '../../../core/keep/event';
import { verdictOf } from '../../../core/keep/verdict';

test('a cause that a monitor reported is an alarm; one by the clock, a person or new data says nothing', () => {
  const said = CAUSE_KINDS.map((kind) => [
    kind,
    verdictOf({ id: kind, kind, eventTime: '2001-01-01T00:00:00.000Z', evidence: null }),
  ]);
  expect(Object.fromEntries(said)).toEqual({
    schedule: null,
    drift: 'alarm',
    accuracy: 'alarm',
    business: 'alarm',
    'new-data': null,
    person: null,
  });
});
