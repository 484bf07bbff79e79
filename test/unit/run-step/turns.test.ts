/**
 * Danger: a wide map of isolated steps starts hundreds of child processes at once, because a worker has slots for hundreds of
 * executions; or a limit that mends this loses places, starves someone, or leaves those who wait deaf and silent.
 */
import { Context } from '@temporalio/activity';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import fc from 'fast-check';
import { z } from 'zod';
import { takeTurn } from '../../../activities/run-step/take-turn';
import { createTurns, type Turns } from '../../../activities/run-step/turns';
import { step } from '../../../core';
import { aCode } from '../../a-code';

const patient = new AbortController().signal;
const settled = () => new Promise(setImmediate);

type Act = { readonly do: 'take' | 'giveBack' | 'abort'; readonly who: number };
const act: fc.Arbitrary<Act> = fc.record({ do: fc.constantFrom('take', 'giveBack', 'abort'), who: fc.nat(20) });

/** Plays takes, returns and aborts; after each, who holds a place and who waits, by the order of asking. */
async function play(places: number, acts: readonly Act[], look: (holding: number[], waiting: number[]) => void) {
  const turns = createTurns(places);
  const holding = new Map<number, () => void>();
  const waiting = new Map<number, AbortController>();
  for (const [id, { do: what, who }] of acts.entries()) {
    if (what === 'take') {
      const controller = new AbortController();
      waiting.set(id, controller);
      turns.take(controller.signal).then(
        (giveBack) => {
          waiting.delete(id);
          holding.set(id, giveBack);
        },
        () => waiting.delete(id),
      );
    } else if (what === 'giveBack') {
      const [holder, giveBack] = [...holding][who % Math.max(1, holding.size)] ?? [];
      if (holder !== undefined) holding.delete(holder);
      giveBack?.();
      giveBack?.();
    } else [...waiting.values()][who % Math.max(1, waiting.size)]?.abort(new Error('no longer'));
    await settled();
    look([...holding.keys()], [...waiting.keys()]);
  }
}

test('never more than the places are held, none stands empty while someone waits, and the first to ask comes first', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(act, { maxLength: 40 }), async (places, acts) => {
      await play(places, acts, (holding, waiting) => {
        expect(holding.length).toBeLessThanOrEqual(places);
        if (waiting.length > 0) {
          expect(holding).toHaveLength(places);
          expect(Math.min(...waiting)).toBeGreaterThan(Math.max(...holding));
        }
      });
    }),
    { numRuns: 50 },
  );
});

const contract = step('alone', { input: z.object({}), output: z.object({}), isolate: true, timeout: '1h' });
const argument = {
  run: 'r',
  address: 'n',
  node: 'n',
  step: 'alone',
  plan: 'p',
  input: {},
  cache: false,
  model: null,
};

/** An activity that does nothing but wait for its turn. */
function waitFor(turns: Turns, waits = contract) {
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const code = { contract: waits, handler: () => ({}), code: aCode, bundle: null };
  const turn: Promise<() => void> = environment.run(() =>
    takeTurn({ temporal: Context.current(), step: code, argument }, turns),
  );
  return { environment, turn };
}

test('who waits goes on when a place is given back', async () => {
  const turns = createTurns(1);
  const giveBack = await turns.take(patient);
  const { turn } = waitFor(turns);
  giveBack();
  (await turn)();
  await expect(turns.take(patient)).resolves.toBeInstanceOf(Function);
});

test('who is cancelled while it waits ends as cancelled, and leaves its place in the queue to the next', async () => {
  const turns = createTurns(1);
  const giveBack = await turns.take(patient);
  const { environment, turn } = waitFor(turns);
  const next = turns.take(patient);
  environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
  await expect(turn).rejects.toMatchObject({ name: 'CancelledFailure' });
  giveBack();
  await expect(next).resolves.toBeInstanceOf(Function);
});

test("the wait counts to the step's time limit", async () => {
  const turns = createTurns(1);
  await turns.take(patient);
  const { turn } = waitFor(turns, step('alone', { ...contract, retry: {}, heartbeat: '1s', timeout: 5 }));
  await expect(turn).rejects.toMatchObject({ code: 'PER_RUN_019' });
});
