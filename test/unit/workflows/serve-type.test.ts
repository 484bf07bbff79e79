// Danger: a pipeline whose name every object answers to (`constructor`) completes without one of its steps having run.
import { serveType } from '../../../workflows/serve-type';

const engine = { 'perennial.keeper': 'keeper' };

test.each(['constructor', 'toString', 'valueOf', '__proto__', 'train'])('%s is the name of a pipeline', (name) => {
  expect(serveType(name, engine, 'pipeline')).toBe('pipeline');
});

test("the engine's own types are served as themselves, and one that is not known is refused", () => {
  expect(serveType('perennial.keeper', engine, 'pipeline')).toBe('keeper');
  expect(() => serveType('perennial.unheard-of', engine, 'pipeline')).toThrow('perennial.unheard-of');
});
