// Danger: whoever looks after a deployment is advised to do what would be refused, or to move a build to itself.
import { refuseUnknown } from '../../../cli/deploy/move-open';
import type { BuildUse } from '../../../cli/deploy/build-use';
import { buildsText } from '../../../cli/views/builds-text';

const build = (name: string, rest: Partial<BuildUse> = {}): BuildUse => ({
  ...{ build: name, state: 'unused', currentSince: null, workers: { cpu: 1 }, pinned: 0 },
  ...rest,
});
const text = (current: string | null, atHand: string, builds: readonly BuildUse[]): string =>
  buildsText({ current, atHand, builds }, null);
const COMMAND = /perennial \w+ [^\n]*/g;
const commands = (of: string): string[] => (of.match(COMMAND) ?? []).map((each) => each.trim());

test('nothing is advised where one build is current, and at work', () => {
  const said = text('a', 'a', [build('a', { state: 'current', pinned: 2 })]);
  expect(said).toContain('* the build at hand');
  expect(commands(said)).toEqual([]);
});

test('where none is there, it says how there comes to be one', () => {
  expect(text(null, 'a', [])).toContain('perennial worker --pool cpu');
});

test('where none is current it names one that may be made so, that at hand before others', () => {
  expect(text(null, 'b', [build('a'), build('b')])).toMatch(/None is current.*perennial deploy set-current b$/m);
  expect(text(null, 'c', [build('a', { workers: {} }), build('b')])).toMatch(/set-current b$/m);
});

test('where no build has workers, making one current is not the first thing to do', () => {
  const said = text(null, 'a', [build('a', { workers: { gpu: 1 } })]);
  expect(said).toMatch(/new runs wait\. Start one .*perennial worker --pool cpu, then .*set-current$/m);
});

test('what waits for the current build, which has no workers, is not moved from it to itself', () => {
  const gone = build('a', { state: 'current', workers: {}, pinned: 3 });
  const alone = text('a', 'a', [gone]);
  expect(alone).toContain('3 pinned to a wait');
  expect(alone).not.toMatch(/deploy move|set-current/);
  expect(alone).toContain('perennial worker --pool cpu');
  expect(text('a', 'b', [gone, build('b')])).toMatch(/make another build current: perennial deploy set-current b$/m);
});

test('what waits for an older build is moved to the current one, from an installation of that', () => {
  const old = build('a', { state: 'draining', workers: {}, pinned: 1 });
  const current = build('b', { state: 'current' });
  expect(text('b', 'b', [current, old])).toMatch(/move them to the current build: perennial deploy move --from a$/m);
  expect(text('b', 'a', [current, old])).toMatch(/\(from an installation of b\): perennial deploy move --from a$/m);
});

test('a build that may be taken away is named, and so is one that waits to be made current', () => {
  const drained = build('a', { state: 'drained' });
  const said = text('b', 'c', [build('c'), build('b', { state: 'current' }), drained]);
  expect(said).toContain('Nothing is pinned to a any more: its workers may be ended.');
  expect(said).toMatch(/made current: perennial deploy set-current$/m);
});

test('a build that is not known is refused, with those that are', () => {
  expect(() => {
    refuseUnknown('z', { current: 'a', builds: [build('a'), build('b')] });
  }).toThrow(/\[PER_RUN_172\] There is no build 'z' \(known: a, b\)\./);
  expect(() => {
    refuseUnknown('z', { current: null, builds: [] });
  }).toThrow('known: none');
});
