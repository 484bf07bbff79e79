/**
 * Loaded before the workflows, while the sandbox may still be changed: errors of the sandbox carry no stack trace.
 *
 * Temporal's SDK takes one for every promise that a workflow makes, so that the query `__stack_trace` can say where it
 * waits. In a run that is always the same place of the shell, and the table of nodes says it better; and it took half of
 * the CPU of a fan-out's workflow. `PERENNIAL_WORKFLOW_TRACES=1 npm run build` leaves this module out, for whoever looks
 * for a fault in the shell.
 */
Reflect.deleteProperty(Error, 'stackTraceLimit');
