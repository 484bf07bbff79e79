/** Code without what a formatter decides: space, and commas before an end. */
export function dense(code: string): string {
  return code.replace(/\s+|,(?=\s*[}\])])/g, '');
}
