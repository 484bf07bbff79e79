import { z } from 'zod';
import type { SensorKey } from '../../store/sensors/sensor-row';

/** ms after which whoever has the port counts as somebody who says nothing. */
const PATIENCE = 3_000;

const Refused = z.object({ error: z.object({ code: z.string() }) });

/**
 * Whether it is a worker that has a port, one that hears this sensor: an event without a signature is refused by it, by our code. Any
 * other program answers something else, or nothing.
 */
export async function hearsAlready(
  at: { readonly host: string; readonly port: number },
  key: SensorKey,
): Promise<boolean> {
  try {
    const answer = await fetch(`${urlOf(at)}${pathOf(key)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
    });
    return Refused.safeParse(await answer.json()).data?.error.code === 'PER_RUN_189';
  } catch {
    return false;
  }
}

/** The path that a sensor's events are sent to. */
export function pathOf({ pipeline, sensor }: SensorKey): string {
  return `/v1/sensors/${pipeline}/${sensor}`;
}

/** Where an address is reached; what is bound to every address of the host is on loopback too. */
export function urlOf({ host, port }: { readonly host: string; readonly port: number }): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
