import { Runtime } from '@temporalio/worker';
import type { LogLevel } from '@temporalio/worker';
import pino from 'pino';
import type { Logger } from 'pino';

/**
 * The log of a process: JSON lines on stderr, since stdout carries the line that says it is ready.
 *
 * @param clean what each line goes through before it is written, whoever logs it
 */
export function openLog(name: string, level: string, clean: (line: string) => string = (line) => line): Logger {
  return pino({ name, level, hooks: { streamWrite: clean } }, pino.destination({ dest: 2, sync: true }));
}

/** The same for what code prints past the log, with console.log say. */
export function cleanOutput(streams: readonly NodeJS.WriteStream[], clean: (text: string) => string): void {
  for (const stream of streams) {
    stream.write = new Proxy(stream.write.bind(stream), {
      apply(write, self, [chunk, ...rest]: [chunk: string | Uint8Array, ...rest: unknown[]]) {
        const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
        const cleaned = clean(text);
        // Bytes that hold nothing stay as they are: they need not be text.
        return Boolean(Reflect.apply(write, self, [cleaned === text ? chunk : cleaned, ...rest]));
      },
    });
  }
}

const LEVELS: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/**
 * Puts the SDK's own lines, those of its native core too, into the process's log. Once a process, before the first
 * connection. The signals are ours: the SDK would end the process on them before the rest is closed.
 */
export function installRuntime(log: Logger): void {
  const sdk = log.child({ part: 'temporal-sdk' });
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: (level, message, fields) => {
        sdk[LEVELS[level]](fields ?? {}, message);
      },
      trace: (message, fields) => {
        sdk.trace(fields ?? {}, message);
      },
      debug: (message, fields) => {
        sdk.debug(fields ?? {}, message);
      },
      info: (message, fields) => {
        sdk.info(fields ?? {}, message);
      },
      warn: (message, fields) => {
        sdk.warn(fields ?? {}, message);
      },
      error: (message, fields) => {
        sdk.error(fields ?? {}, message);
      },
    },
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  });
}
