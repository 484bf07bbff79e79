import type { Logger } from 'pino';
import type { Tracing } from './tracing';

export type { OpenSpan, SpanSpec, Tracing } from './tracing';

/** Whose spans they are: `service.name`, unless OTEL_SERVICE_NAME says otherwise. */
export interface Service {
  readonly name: 'perennial-client' | 'perennial-worker' | 'perennial-step';
  /** What else is said of the process with each export. */
  readonly attributes?: { readonly [name: string]: string };
  /** Hears of an exporter that cannot be reached, once until it can be again. */
  readonly log?: Pick<Logger, 'warn' | 'info'>;
}

let opened: Promise<Tracing> | null = null;

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

/**
 * The traces of this process, opened with the first call; null where nobody asks for any: then nothing is loaded.
 *
 * @example
 * const tracing = await openTracing({ name: 'perennial-client' });
 * await tracing?.within({ name: 'start late-airports', kind: 'client' }, async (span) => start(span.traceparent()));
 */
export async function openTracing(service: Service): Promise<Tracing | null> {
  if (opened !== null) return opened;
  if (exportsTraces()) opened = import('./tracing.js').then(({ exportingTraces }) => exportingTraces(service));
  else if (hasOwnTraces()) return (await import('./tracing.js')).programsTraces();
  return opened;
}

/** Sends what has not been sent; nothing where no traces were opened. @param patience ms at most */
export async function flushTracing(patience = 2_000): Promise<void> {
  await (await opened)?.flush(patience);
}
