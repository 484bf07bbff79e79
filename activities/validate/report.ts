import type { ExpectationResult } from '../../steps/validate';

/** The results as a page of its own, without scripts. The same results give the same bytes. */
export function renderReport(dataset: string, results: readonly ExpectationResult[]): string {
  const broken = results.filter((result) => !result.passed);
  const rows = results.map(
    (r) =>
      `<tr class="${r.passed ? 'kept' : r.severity}"><td>${r.passed ? 'kept' : r.severity}</td>` +
      `<td>${escape(r.expectation)}</td><td>${escape(String(r.observed ?? ''))}</td>` +
      `<td>${r.violations ?? ''}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Validation of ${escape(dataset.slice(0, 12))}</title><style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; } table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .8rem; text-align: left; }
.fail td:first-child { color: #b00020; } .warn td:first-child { color: #8a5a00; } .kept td:first-child { color: #1b6e3c; }
</style></head><body>
<h1>${results.length - broken.length} of ${results.length} expectations hold</h1>
<p>Data set <code>${escape(dataset)}</code></p>
<table><thead><tr><th>Result</th><th>Expectation</th><th>Observed</th><th>Rows that break it</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></body></html>
`;
}

function escape(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (c) => entities[c] ?? c);
}
