import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { TEMPORAL_HEADER } from '../core/trace/run-trace';
import type { Tracing } from '../telemetry';

/**
 * Makes a span of each start of a workflow, and hands it on as Temporal's own interceptors do: the run belongs below it,
 * and it below whatever span is active in the program that starts the run.
 */
export function startSpans(tracing: Tracing): WorkflowClientInterceptor {
  return {
    startWithDetails(input, next) {
      const attributes = {
        'perennial.pipeline': input.workflowType,
        'perennial.run': input.options.workflowId,
      };
      return tracing.within({ name: `start ${input.workflowType}`, kind: 'client', attributes }, async (span) => {
        const carrier = defaultPayloadConverter.toPayload({ traceparent: span.traceparent() });
        try {
          return await next({ ...input, headers: { ...input.headers, [TEMPORAL_HEADER]: carrier } });
        } catch (error) {
          span.failed(error instanceof Error ? error.name : 'Error');
          throw error;
        }
      });
    },
  };
}
