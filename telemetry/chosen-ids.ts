import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace-node';

/** Ids of spans: by chance, but for those whose ids were settled before. */
export class ChosenIds implements IdGenerator {
  private readonly random = new RandomIdGenerator();
  private chosen: { readonly trace?: string; readonly span?: string } = {};

  readonly generateTraceId = (): string => this.chosen.trace ?? this.random.generateTraceId();
  readonly generateSpanId = (): string => this.chosen.span ?? this.random.generateSpanId();

  /** Makes what `make` starts, at once, have these ids. */
  with<T>(ids: { readonly trace?: string; readonly span?: string }, make: () => T): T {
    this.chosen = ids;
    try {
      return make();
    } finally {
      this.chosen = {};
    }
  }
}
