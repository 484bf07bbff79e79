/** Ids in lower-case hex as W3C's trace context has them: 32 digits of a trace, 16 of a span. */
export interface SpanPlace {
  readonly trace: string;
  readonly span: string;
  /** Whether the trace is to be exported; null: nobody has decided, and whoever comes to it decides by the trace's id. */
  readonly sampled: boolean | null;
}

/** Where a run stands among traces: its own span, and the span that it belongs below. */
export interface RunTrace extends SpanPlace {
  /** Span of whoever started the run; null: nobody's. */
  readonly parent: string | null;
}

/** Header by which Temporal's own interceptors, of every SDK, hand a trace to a workflow. */
export const TEMPORAL_HEADER = '_tracer-data';

/** Header by which a run hands its place to activities and children. */
export const RUN_HEADER = 'perennial-trace';

/**
 * A header `traceparent` of W3C's trace context, version 00; null: it is none.
 *
 * @example
 * readTraceparent('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01') // { trace: '4bf9...', span: '00f0...', sampled: true }
 */
export function readTraceparent(text: unknown): SpanPlace | null {
  if (typeof text !== 'string') return null;
  const [, trace, span, flags] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(text) ?? [];
  if (trace === undefined || span === undefined || /^0+$/.test(trace) || /^0+$/.test(span)) return null;
  return { trace, span, sampled: (Number.parseInt(flags ?? '00', 16) & 1) === 1 };
}

/** The place as a header `traceparent`. */
export function traceparentOf({ trace, span, sampled }: SpanPlace): string {
  return `00-${trace}-${span}-${sampled === false ? '00' : '01'}`;
}

/**
 * The place of a run. Its span's id is made of Temporal's own Run ID, so that every process knows it without being told;
 * so is its trace's where nobody started one.
 *
 * @param above where whoever started it stands; null: nobody has said
 */
export function traceOfRun(temporalRunId: string, above: SpanPlace | null): RunTrace {
  const digits = temporalRunId.replaceAll('-', '').toLowerCase();
  const span = digits.slice(16);
  if (above === null) return { trace: digits, span, sampled: null, parent: null };
  return { trace: above.trace, span, sampled: above.sampled, parent: above.span };
}

/** A run's place as it was handed on; null: it is none. */
export function readRunTrace(value: unknown): RunTrace | null {
  if (typeof value !== 'object' || value === null || !('trace' in value) || !('span' in value)) return null;
  const { trace, span } = value;
  if (typeof trace !== 'string' || typeof span !== 'string') return null;
  const sampled = 'sampled' in value && typeof value.sampled === 'boolean' ? value.sampled : null;
  const parent = 'parent' in value && typeof value.parent === 'string' ? value.parent : null;
  return readTraceparent(`00-${trace}-${span}-00`) === null ? null : { trace, span, sampled, parent };
}
