const NAMED = 5;

/** `3 open: a, b, c`, or `40 open: a, b, c, d, e and 35 more`. */
export function someOf(workflows: readonly string[]): string {
  const more = workflows.length - NAMED;
  return `${workflows.length} open: ${workflows.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
