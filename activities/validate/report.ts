import type { Outcome } from './judge-expectations';

/** The outcomes as a page of its own, without scripts. The same outcomes give the same bytes. */
export function renderReport(dataset: string, outcomes: readonly Outcome[]): string {
  const broken = outcomes.filter((outcome) => !outcome.passed);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Validation of ${escape(dataset.slice(0, 12))}</title><style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; } table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .8rem; text-align: left; vertical-align: top; }
.fail td:first-child { color: #b00020; } .warn td:first-child { color: #8a5a00; } .kept td:first-child { color: #1b6e3c; }
.rows td { border-bottom: 1px solid #ccc; padding-left: 2rem; } code { word-break: break-all; }
</style></head><body>
<h1>${outcomes.length - broken.length} of ${outcomes.length} expectations hold</h1>
<p>Data set <code>${escape(dataset)}</code></p>
<table><thead><tr><th>Result</th><th>Expectation</th><th>Observed</th><th>Rows that break it</th></tr></thead><tbody>
${outcomes.map(rowOf).join('\n')}
</tbody></table></body></html>
`;
}

function rowOf({ passed, severity, expectation, observed, violations, rows }: Outcome): string {
  const verdict =
    `<tr class="${passed ? 'kept' : severity}"><td>${passed ? 'kept' : severity}</td>` +
    `<td>${escape(expectation)}</td><td>${escape(String(observed ?? ''))}</td><td>${violations ?? ''}</td></tr>`;
  if (rows.length === 0) return verdict;
  const shown = rows.map(({ row, values }) => `<li>row ${row}: <code>${escape(values)}</code></li>`);
  return `${verdict}\n<tr class="rows"><td colspan="4"><ul>${shown.join('')}</ul></td></tr>`;
}

function escape(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (c) => entities[c] ?? c);
}
