// Danger: a second label of a prediction that replaces the first in silence, or is counted twice.
import * as fc from 'fast-check';
import { firstOfEach } from '../../../store/labels';

test('within a batch the first label of a prediction stands; every label is counted once', () => {
  const label = fc.record({ id: fc.constantFrom('a', 'b', 'c'), label: fc.constantFrom(0, 1) });
  fc.assert(
    fc.property(fc.array(label), (labels) => {
      const { first, repeated, contradicted } = firstOfEach(labels);
      expect(first.size + repeated + contradicted.length).toBe(labels.length);
      for (const [id, value] of first) expect(labels.find((l) => l.id === id)?.label).toBe(value);
    }),
  );
});
