import inspector from 'node:inspector';
import { perennialError } from '../../core/errors';

/** Nobody but this machine may run code in a process by its inspector. */
const HOST = '127.0.0.1';

/**
 * Opens Node's inspector and stands still until a debugger has attached.
 *
 * @param port 0: the system chooses one
 * @param say is told the address before the wait
 * @throws PER_STACK_011 when the port cannot be had
 */
export function waitForDebugger(port: number, say: (text: string) => void): void {
  // Node's own --inspect, given by NODE_OPTIONS, has opened it already.
  if (inspector.url() === undefined) inspector.open(port, HOST, false);
  const url = inspector.url();
  if (url === undefined) {
    throw perennialError('PER_STACK_011', `--inspect: the port ${port} is taken; give another one, or 0 for any.`);
  }
  say(`The step waits for a debugger at ${url}`);
  inspector.waitForDebugger();
}
