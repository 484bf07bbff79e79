// Danger: a device is given to two executions at once, or to none after the one that held it has ended.
import { createDevices } from '../../../activities/run-step/devices';

const { signal } = new AbortController();

test('each device is held by one at a time, in the order of asking, and all are used', async () => {
  const devices = createDevices(['a', 'b']);
  const [first, second] = [await devices.take(signal), await devices.take(signal)];
  expect([first.device, second.device]).toEqual(['a', 'b']);
  let given: string | null = null;
  const third = devices.take(signal).then((held) => {
    given = held.device;
    return held;
  });
  await Promise.resolve();
  expect(given).toBeNull();
  second.giveBack();
  second.giveBack();
  expect((await third).device).toBe('b');
  first.giveBack();
  expect((await devices.take(signal)).device).toBe('a');
});

test('one that stands twice is held by two', async () => {
  const devices = createDevices(['a', 'a']);
  expect([(await devices.take(signal)).device, (await devices.take(signal)).device]).toEqual(['a', 'a']);
});

test('who stops waiting leaves the device to the next', async () => {
  const devices = createDevices(['a']);
  const held = await devices.take(signal);
  const gone = new AbortController();
  const refused = devices.take(gone.signal);
  const next = devices.take(signal);
  gone.abort(new Error('cancelled'));
  await expect(refused).rejects.toThrow('cancelled');
  held.giveBack();
  expect((await next).device).toBe('a');
});
