import { isPerennialError } from '../../core/errors';
import { ToSupervisor } from './messages';
import type { FromSupervisor } from './messages';
import { supervise } from './supervise';
import type { Supervised } from './supervise';

/**
 * The program that keeps a stack running. Its launcher talks to it over the channel of Node's child processes; when that
 * closes without the stack having been kept, the launcher is gone, and everything ends.
 */
let stack: Promise<Supervised> | null = null;
let kept = false;
let ending = false;
const REMOVED = 'its state folder was removed';

function say(message: FromSupervisor): void {
  if (process.connected) process.send?.(message);
}

function log(text: string): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), msg: text })}\n`);
}

async function end(why: string, patience: number): Promise<void> {
  if (ending) return;
  ending = true;
  log(`ending the stack: ${why}`);
  // A start that failed has cleaned up after itself.
  const running = await stack?.catch(() => null);
  await running?.stop(patience);
  if (why === REMOVED) running?.dropHome();
  // Exits once the launcher has the word.
  if (process.connected) process.send?.({ type: 'stopped' } satisfies FromSupervisor, () => process.exit(0));
  else process.exit(0);
}

async function start(request: Extract<ToSupervisor, { type: 'start' }>['request']): Promise<void> {
  stack = supervise(
    request,
    (progress) => {
      say({ type: 'progress', progress });
    },
    log,
  );
  try {
    const running = await stack;
    say({ type: 'ready', file: running.file });
    setInterval(() => {
      if (!running.holdsFolder()) void end(REMOVED, 2_000);
    }, 2_000);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log(`the stack did not start: ${error instanceof Error ? (error.stack ?? message) : message}`);
    say({ type: 'failed', code: isPerennialError(error) ? error.code : null, detail: message });
    process.exitCode = 1;
    // The launcher closes the channel once it has read this.
  }
}

process.on('message', (raw) => {
  const message = ToSupervisor.parse(raw);
  if (message.type === 'start') void start(message.request);
  else if (message.type === 'stop') void end('asked to', 10_000);
  else if (message.type === 'replace') {
    void stack
      ?.then((running) => running.replace(message.parts, message.project))
      .then((parts) => {
        say({ type: 'replaced', parts });
      });
  } else {
    void stack?.then((running) => {
      kept = true;
      running.detach();
      say({ type: 'detached' });
    });
  }
});
process.on('disconnect', () => {
  if (!kept) void end('its launcher is gone', 2_000);
});
process.on('SIGTERM', () => void end('SIGTERM', 10_000));
process.on('SIGINT', () => void end('SIGINT', 10_000));
// A closed terminal is no reason to end a stack that was kept.
process.on('SIGHUP', () => undefined);
process.on('unhandledRejection', (reason) => {
  log(`unhandled: ${String(reason)}`);
});
say({ type: 'listening' });
