import { escape, page } from '../data/page';
import type { Used } from '../../steps/suites';
import type { RuleOutcome } from './apply-rules';
import type { Cleaned } from './clean-rows';

/** What cleaning did, as a page. The same cleaning gives the same bytes. */
export function renderReport(dataset: string, cleaned: Cleaned, ruleSets: readonly Used[] = []): string {
  const { rowsIn, clean, quarantine, duplicates, reasons, rules } = cleaned;
  const body = `
<h1>${rowsIn} rows in: ${clean.rows} clean, ${quarantine.rows} in quarantine, ${duplicates} duplicates</h1>
<p>Data set <code>${escape(dataset)}</code></p>
${ruleSets.map(({ name, digest }) => `<p>Rule set <strong>${escape(name)}</strong>, version <code>${escape(digest)}</code></p>\n`).join('')}${rules.length === 0 ? '' : tableOf(['Rule', 'Kind', 'Rows touched', ''], rules.map(rowOf))}
${tableOf(
  ['Reason of quarantine', 'Rows'],
  Object.entries(reasons)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reason, rows]) => `<tr><td>${escape(reason)}</td><td>${rows}</td></tr>`),
)}`;
  return page(`Cleaning of ${dataset.slice(0, 12)}`, body);
}

function tableOf(titles: readonly string[], rows: readonly string[]): string {
  const head = titles.map((title) => `<th>${title}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

function rowOf({ name, kind, touched, fitted, samples }: RuleOutcome): string {
  const line =
    `<tr class="${touched === 0 ? 'kept' : 'warn'}"><td>${escape(name)}</td><td>${kind}</td><td>${touched}</td>` +
    `<td>${escape((fitted ?? '').slice(0, 200))}</td></tr>`;
  if (samples.length === 0) return line;
  const shown = samples.map(
    ({ row, before, after }) =>
      `<li>row ${row}: <code>${escape(before)}</code> → ${after === null ? 'quarantine' : `<code>${escape(after)}</code>`}</li>`,
  );
  return `${line}\n<tr class="rows"><td colspan="4"><ul>${shown.join('')}</ul></td></tr>`;
}
