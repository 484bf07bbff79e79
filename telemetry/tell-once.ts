import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Service } from './service';

type Answer = Parameters<Parameters<SpanExporter['export']>[1]>[0];

/** An exporter that says when it cannot export, once until it can again: nothing else in the process minds. */
export class TellOnce implements SpanExporter {
  private failing = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly log: Service['log'],
  ) {}

  export(spans: ReadableSpan[], answer: (result: Answer) => void): void {
    this.exporter.export(spans, (result) => {
      this.hear(result);
      answer(result);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  private hear({ error }: Answer): void {
    if (error !== undefined && !this.failing) {
      this.log?.warn({ err: error }, 'traces cannot be exported: they are dropped until they can; runs go on as ever');
    }
    if (error === undefined && this.failing) this.log?.info({}, 'traces are exported again');
    this.failing = error !== undefined;
  }
}
