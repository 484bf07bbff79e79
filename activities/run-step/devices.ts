import type { Call } from './call';
import { startLimit } from './limit';
import { createTurns } from './turns';

/** The devices of a worker: each is held by one execution at a time. */
export interface Devices {
  readonly count: number;
  /** Waits for a free one, in the order of asking. Rejects with the signal's reason when it aborts first. */
  take(signal: AbortSignal): Promise<HeldDevice>;
}

/** A device that is an execution's own until it is given back. */
export interface HeldDevice {
  /** As CUDA_VISIBLE_DEVICES names it; null: the worker has none to give. */
  readonly device: string | null;
  giveBack(): void;
}

const NONE: HeldDevice = { device: null, giveBack: () => undefined };

/** @param names at least one; one that stands twice is held by two at once */
export function createDevices(names: readonly string[]): Devices {
  const turns = createTurns(names.length);
  // Taken from the front, given back to the end: all of them are used.
  const free = [...names];
  return {
    count: names.length,
    async take(signal) {
      const giveTurn = await turns.take(signal);
      const device = free.shift() ?? null;
      let held = true;
      return {
        device,
        giveBack() {
          if (held && device !== null) free.push(device);
          held = false;
          giveTurn();
        },
      };
    },
  };
}

/**
 * Waits for a device of the worker, where it has some. The wait counts to the step's time limit.
 *
 * @throws the reason of a cancellation, PER_RUN_019 when the step's time is up
 */
export async function takeDevice(call: Call): Promise<HeldDevice> {
  const { devices } = call.dependencies;
  if (devices === undefined) return NONE;
  const limit = startLimit(call);
  try {
    return await devices.take(limit.signal);
  } finally {
    limit.stop();
  }
}

/** True where a process cannot be kept to one device after it has begun: with several, each execution has its own process. */
export function needsProcess({ dependencies }: Pick<Call, 'dependencies'>): boolean {
  return (dependencies.devices?.count ?? 0) > 1;
}
