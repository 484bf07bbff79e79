/**
 * Danger: a worker of a pool that nobody has ends with an error of Temporal's SDK, or polls a queue that nothing is sent to.
 */
import { requirePool } from '../../../workers/pool-steps';

test('a pool that the project does not have is refused with those that it has', () => {
  expect(() => {
    requirePool('tpu', { pools: ['cpu'] });
  }).toThrow("[PER_STACK_104] There is no pool 'tpu' (known: cpu, gpu)");
});

test.each(['cpu', 'gpu', 'lake'])('%s is one', (pool) => {
  expect(() => {
    requirePool(pool, { pools: ['lake'] });
  }).not.toThrow();
});
