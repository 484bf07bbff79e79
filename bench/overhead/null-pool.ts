/** The pool of the worker that records nothing. */
export const NULL_POOL = 'null';
