import type { Logger } from 'pino';
import type { Json, StepLog } from '../../core';
import type { ExecutionLines } from '../../store/logs/line-records';
import type { LogLevel } from '../../store/logs/log-row';
import { type Call, resourcesFor } from './call';
import { type Failure, toRecord } from './failure';
import { JsonValue } from './json-value';
import type { Mask } from './resources';

/** What an execution says: to the log of its worker, and into the records. */
export interface ExecutionLog extends StepLog {
  /** Keeps what a process or program reports of its progress, at most one a second, and the last. */
  progress(value: Json): void;
  /** Keeps what an attempt failed with, and where in the project: the worker's own log has it anyway. */
  failed(failure: Failure): void;
  /** Returns once what was said is in the records, at once where nothing was. */
  end(): Promise<void>;
}

/** ms between two lines of progress. */
const PROGRESS_EVERY = 1_000;

/** The log of an execution, opened with its first line: most say nothing. */
export function openExecutionLog(call: Call, fence: number): ExecutionLog {
  let opened: { readonly log: Logger; readonly lines: ExecutionLines | null } | null = null;
  let told = -Infinity;
  let untold: Json | undefined;

  function open(): NonNullable<typeof opened> {
    const { run, address } = call.argument;
    const { attempt } = call.temporal.info;
    const lines = call.dependencies.lines?.of({ run, address, fence, attempt }) ?? null;
    return (opened ??= { log: call.log().child({ execution: fence }), lines });
  }

  function keep(level: LogLevel, fields: object, message: string): void {
    const { mask } = resourcesFor(call);
    open().lines?.add(level, mask.text(message), fieldsText(fields, mask));
  }

  function tell(value: Json): void {
    told = performance.now();
    untold = undefined;
    keep('info', { progress: value }, 'progress');
  }

  const at =
    (level: LogLevel) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      open().log[level](fields, message);
      keep(level, fields, message);
    };

  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    progress(value) {
      if (call.dependencies.lines === undefined) return;
      if (performance.now() - told >= PROGRESS_EVERY) tell(value);
      else untold = value;
    },
    failed(failure) {
      const { type, message, at } = toRecord(failure, call.dependencies.environment.project);
      keep('error', { error: type, ...(at === undefined ? {} : { at }) }, message === '' ? type : message);
    },
    async end() {
      if (untold !== undefined) tell(untold);
      await opened?.lines?.end();
    },
  };
}

/** Fields as a JSON object without a value of a resource; what has no JSON form is left out. */
function fieldsText(fields: object, mask: Mask): string {
  try {
    const text = mask.line(JSON.stringify(fields, plain)).trimEnd();
    // Masked as text it may be JSON no more.
    return mask.active ? JSON.stringify(JsonValue.parse(JSON.parse(text))) : text;
  } catch {
    return '{}';
  }
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  return { type: value.name, message: value.message, stack: value.stack };
}
