import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Attributes,
  context,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { type RunTrace, type SpanPlace, traceparentOf } from '../core/trace/run-trace';
import { ChosenIds } from './chosen-ids';
import { hasOwnTraces, type Service } from './service';
import { TellOnce } from './tell-once';

/** What a span is. No value of a config, an input, an output or a resource belongs in it. */
export interface SpanSpec {
  /** Few of them: `execute train`, never with an id. */
  readonly name: string;
  readonly kind?: 'client' | 'consumer' | 'internal';
  readonly attributes?: Attributes;
  /** Where it belongs; absent: below what is active here. */
  readonly below?: SpanPlace | RunTrace | null;
}

/** A span while its work goes on. */
export interface OpenSpan {
  set(attributes: Attributes): void;
  /** Says that the work failed, by the type of what was thrown: messages may hold values. */
  failed(type: string): void;
  /** For whoever goes on elsewhere. */
  traceparent(): string;
}

/** The traces of a process. */
export interface Tracing {
  /** Does work within a span, which is the active one for whatever the work calls. */
  within<T>(spec: SpanSpec, work: (span: OpenSpan) => Promise<T>): Promise<T>;
  /** Tells of a run that is over, as the span whose id everybody knew. */
  run(place: RunTrace, spec: SpanSpec, times: { readonly from: Date; readonly to: Date }, failed: string | null): void;
  /** Sends what has not been sent. @param patience ms at most */
  flush(patience: number): Promise<void>;
}

const KINDS = { client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL } as const;

/** Traces that are exported to where the environment says, by OTLP over HTTP. */
export function exportingTraces({ name, attributes, log }: Service): Tracing {
  const ids = new ChosenIds();
  const own = resourceFromAttributes({ 'service.name': name, ...attributes });
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new TellOnce(new OTLPTraceExporter(), log))],
    idGenerator: ids,
  });
  // Where the program has an SDK of its own, what the steps' code traces stays with that.
  if (!hasOwnTraces()) provider.register();
  return new Traces(provider.getTracer('perennial'), ids, async (patience) => {
    const late = new AbortController();
    const waited = sleep(patience, undefined, { signal: late.signal }).catch(() => undefined);
    await Promise.race([provider.forceFlush().catch(() => undefined), waited]);
    late.abort();
  });
}

/** Traces of a program that has an SDK of its own: it exports them. */
export function programsTraces(): Tracing {
  return new Traces(trace.getTracer('perennial'), new ChosenIds(), () => Promise.resolve());
}

class Traces implements Tracing {
  constructor(
    private readonly tracer: Tracer,
    private readonly ids: ChosenIds,
    readonly flush: (patience: number) => Promise<void>,
  ) {}

  async within<T>(spec: SpanSpec, work: (span: OpenSpan) => Promise<T>): Promise<T> {
    const { name, kind = 'internal', attributes, below } = spec;
    const above = below == null ? context.active() : this.contextOf(below);
    const span = this.tracer.startSpan(name, { kind: KINDS[kind], ...(attributes && { attributes }) }, above);
    try {
      return await context.with(trace.setSpan(above, span), () => work(openSpan(span)));
    } finally {
      span.end();
    }
  }

  run(place: RunTrace, spec: SpanSpec, times: { readonly from: Date; readonly to: Date }, failed: string | null): void {
    const { name, attributes } = spec;
    const options = { kind: SpanKind.SERVER, startTime: times.from, ...(attributes && { attributes }) };
    const above = place.parent === null ? ROOT_CONTEXT : this.contextOf({ ...place, span: place.parent });
    const span = this.ids.with(place, () => this.tracer.startSpan(name, options, above));
    if (failed !== null) openSpan(span).failed(failed);
    span.end(times.to);
  }

  private contextOf(place: SpanPlace): Context {
    const sampled = place.sampled ?? this.decide(place.trace);
    const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
    return trace.setSpanContext(ROOT_CONTEXT, {
      traceId: place.trace,
      spanId: place.span,
      traceFlags,
      isRemote: true,
    });
  }

  /** Whether a trace that nobody has decided upon is exported: asked of a root that goes nowhere. Every process answers the same. */
  private decide(traceId: string): boolean {
    const root = this.ids.with({ trace: traceId }, () => this.tracer.startSpan('run', {}, ROOT_CONTEXT));
    return (root.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
  }
}

function openSpan(span: Span): OpenSpan {
  return {
    set(attributes) {
      span.setAttributes(attributes);
    },
    failed(type) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute('error.type', type);
    },
    traceparent() {
      const { traceId, spanId, traceFlags } = span.spanContext();
      return traceparentOf({ trace: traceId, span: spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 });
    },
  };
}
