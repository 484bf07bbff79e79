import type { Logger } from 'pino';

/** Whose spans they are. */
export interface Service {
  /** `service.name`, unless OTEL_SERVICE_NAME says otherwise. */
  readonly name: 'perennial-client' | 'perennial-worker' | 'perennial-step';
  /** What else is said of the process with each export. */
  readonly attributes?: { readonly [name: string]: string };
  /** Hears of a receiver that cannot be reached, once until it can be again. */
  readonly log?: Pick<Logger, 'warn' | 'info'>;
}

/**
 * True when the environment names a receiver of traces (`OTEL_EXPORTER_OTLP_ENDPOINT`, or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`) and
 * does not switch them off (`OTEL_SDK_DISABLED=true`, `OTEL_TRACES_EXPORTER=none`).
 */
export function exportsTraces(environment: NodeJS.ProcessEnv = process.env): boolean {
  if (environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false;
  if (environment['OTEL_TRACES_EXPORTER'] === 'none') return false;
  const named = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  return named.some((name) => (environment[name] ?? '') !== '');
}

/** True when this program has an OpenTelemetry SDK of its own at work. Asked without loading anything. */
export function hasOwnTraces(): boolean {
  const api: unknown = Reflect.get(globalThis, Symbol.for('opentelemetry.js.api.1'));
  return typeof api === 'object' && api !== null && Reflect.get(api, 'trace') !== undefined;
}
