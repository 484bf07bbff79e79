/** The pool whose workers also run the workflows: sharing one task queue is what makes eager dispatch work. */
export const WORKFLOW_POOL = 'cpu';
