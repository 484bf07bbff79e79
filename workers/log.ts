import { Runtime } from '@temporalio/worker';
import type { LogLevel, RuntimeOptions } from '@temporalio/worker';
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

const LEVELS: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** Names as Prometheus has them. */
const CONVENTIONS = { countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true };
const METRICS = { attachServiceName: false };

/**
 * Puts the SDK's own lines, those of its native core too, into the process's log. Once a process, before the first
 * connection. The signals are ours: the SDK would end the process on them before the rest is closed.
 *
 * @param figures host:port where the SDK is to serve its own figures; null: nowhere
 * @returns where it serves them: nowhere if the port is another's by now
 */
export function installRuntime(log: Logger, figures: string | null = null): string | null {
  try {
    Runtime.install(runtimeOptions(log, figures));
    return figures;
  } catch (error) {
    if (figures === null) throw error;
    log.warn({ err: error }, "the figures of Temporal's SDK are not served");
    return installRuntime(log);
  }
}

function runtimeOptions(log: Logger, figures: string | null): RuntimeOptions {
  const sdk = log.child({ part: 'temporal-sdk' });
  return {
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
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(figures === null ? {} : { metrics: { ...METRICS, prometheus: { ...CONVENTIONS, bindAddress: figures } } }),
    },
  };
}
