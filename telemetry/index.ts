import { exportsTraces, hasOwnTraces, type Service } from './service';
import type { Tracing } from './tracing';

export { exportsTraces, type Service } from './service';
export type { OpenSpan, SpanSpec, Tracing } from './tracing';

let opened: Promise<Tracing> | null = null;

/**
 * The traces of this process, opened with the first call; null where nobody asks for any: then nothing is loaded. A program
 * with an OpenTelemetry SDK of its own, and no receiver in its environment, exports them itself.
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
