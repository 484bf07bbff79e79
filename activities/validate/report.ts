import { escape, page } from '../data/page';
import type { Used } from '../../steps/suites';
import type { Outcome } from './judge-expectations';

/** The outcomes as a page of its own, without scripts. The same outcomes give the same bytes. */
export function renderReport(
  dataset: string,
  outcomes: readonly (Outcome & { readonly suite?: string | null })[],
  suites: readonly Used[] = [],
): string {
  const broken = outcomes.filter((outcome) => !outcome.passed);
  const body = `
<h1>${outcomes.length - broken.length} of ${outcomes.length} expectations hold</h1>
<p>Data set <code>${escape(dataset)}</code></p>
${suites.map(({ name, digest }) => `<p>Suite <strong>${escape(name)}</strong>, version <code>${escape(digest)}</code></p>\n`).join('')}<table><thead><tr><th>Result</th><th>Expectation</th><th>Observed</th><th>Rows that break it</th></tr></thead><tbody>
${outcomes.map(rowOf).join('\n')}
</tbody></table>`;
  return page(`Validation of ${dataset.slice(0, 12)}`, body);
}

function rowOf({
  passed,
  severity,
  expectation,
  suite,
  observed,
  violations,
  rows,
}: Outcome & { readonly suite?: string | null }): string {
  const verdict =
    `<tr class="${passed ? 'kept' : severity}"><td>${passed ? 'kept' : severity}</td>` +
    `<td>${escape(expectation)}${suite ? ` <small>(${escape(suite)})</small>` : ''}</td><td>${escape(String(observed ?? ''))}</td><td>${violations ?? ''}</td></tr>`;
  if (rows.length === 0) return verdict;
  const shown = rows.map(({ row, values }) => `<li>row ${row}: <code>${escape(values)}</code></li>`);
  return `${verdict}\n<tr class="rows"><td colspan="4"><ul>${shown.join('')}</ul></td></tr>`;
}
