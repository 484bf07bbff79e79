import { escape, page } from '../../activities/data/page';
import type { Compared, DataDifferences, Figure, Moved } from '../data-differences';
import { changeText, figureText } from '../views/data-diff-text';
import { numberText } from '../views/data-view';
import type { Bar, ValueChange } from './bars';
import type { ColumnShift, Shifts } from './compare-files';
import { drawBars } from './draw';

/** What the page is made of. */
export interface DiffPage {
  readonly a: Pick<Compared, 'digest' | 'rows'>;
  readonly b: Pick<Compared, 'digest' | 'rows'>;
  readonly differences: DataDifferences;
  /** The columns counted in both files; a text: why they were not. */
  readonly shifts: Shifts | string;
}

/**
 * How two data set versions differ, as a page of its own: no script, nothing from elsewhere. The same differences give the same bytes.
 *
 * @example
 * await writeFile('diff.html', diffPage({ a, b, differences: dataDifferences(a, b), shifts }));
 */
export function diffPage({ a, b, differences, shifts }: DiffPage): string {
  const columns = typeof shifts === 'string' ? [] : [...shifts.columns].sort((x, y) => moved(y) - moved(x));
  const body = `
<h1>What changed between two data set versions</h1>
<dl class="sides"><dt>before</dt><dd><code>${escape(a.digest)}</code>, ${a.rows} rows</dd>
<dt>after</dt><dd><code>${escape(b.digest)}</code>, ${b.rows} rows</dd></dl>
${aboutAll(differences)}
${typeof shifts === 'string' ? `<p role="note"><strong>No distributions:</strong> ${escape(shifts)}</p>` : ''}
${columns.length === 0 ? '' : `${overview(columns)}\n<section class="cards" aria-label="Distributions">\n${columns.map(card).join('\n')}\n</section>`}
${typeof shifts === 'string' || shifts.notCounted.length === 0 ? '' : listOf('Columns without a distribution', shifts.notCounted, ({ name, why }) => `<code>${escape(name)}</code>: ${escape(why)}`)}
${figures(differences)}`;
  return page(`Differences of ${a.digest.slice(0, 12)} and ${b.digest.slice(0, 12)}`, body, STYLE);
}

/** Pictures are drawn at 340 pixels, so that their letters are read on a phone as they are. */
const STYLE = `:root { --before: #2f6db3; --after: #c25700; }
@media (prefers-color-scheme: dark) { :root { --before: #6aa9f0; --after: #f0a04b; } }
h1 { font-size: 1.4rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
.sides { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; } .sides dd { margin: 0; }
.wide { overflow-x: auto; } td.n, th.n { text-align: right; white-space: nowrap; } td, th { overflow-wrap: normal; } td:first-child { overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 1.2rem; margin-top: 2rem; align-items: start; }
.cards article { border: 1px solid var(--line); border-radius: 6px; padding: .8rem; min-width: 0; }
.cards svg { display: block; width: 100%; max-width: 420px; height: auto; } .cards p { margin: .3rem 0; font-size: .9rem; }
td code, .cards code { word-break: normal; overflow-wrap: anywhere; }
details { font-size: .9rem; } summary { cursor: pointer; } ul { margin: .2rem 0; padding-left: 1.2rem; }
`;

const SAME = {
  bytes: 'The same bytes.',
  rows: 'The same rows, in another order or another form of the file.',
  none: null,
};

function aboutAll({ same, added, gone, changed, rows, time, timeFrom, timeTo }: DataDifferences): string {
  const lines = [
    ...(SAME[same] === null ? [] : [escape(SAME[same])]),
    ...gone.map(({ name, type }) => `column gone: <code>${escape(name)}</code>, ${escape(type)}`),
    ...added.map(({ name, type }) => `column added: <code>${escape(name)}</code>, ${escape(type)}`),
    ...changed.map(({ name, a, b }) => `type of <code>${escape(name)}</code>: ${escape(a)} → ${escape(b)}`),
    ...moves('rows', rows),
    ...moves('time column', time),
    ...moves('oldest instant', timeFrom),
    ...moves('newest instant', timeTo),
  ];
  if (lines.length === 0) lines.push('The same columns, and as many rows.');
  return `<h2>Columns and rows</h2>\n<ul>${lines.map((line) => `<li>${line}</li>`).join('')}</ul>`;
}

function moves(what: string, values: Moved<Figure> | null): string[] {
  if (values === null) return [];
  const change = changeText(values);
  return [
    `${what}: ${escape(figureText(values.a))} → ${escape(figureText(values.b))}${change === '' ? '' : ` (${change})`}`,
  ];
}

/** Columns are told in this order: the furthest moved first; those without the figure last, in their own order. */
function moved({ kind, drift }: ColumnShift): number {
  return kind === 'instant' ? -1 : (drift.statistics.psi ?? -1);
}

/** The rule of thumb of docs/DRIFT.md. */
function verdict(column: ColumnShift): string {
  const { psi } = column.drift.statistics;
  if (column.kind === 'instant' || psi === null) return '';
  return psi >= 0.2 ? 'has moved' : psi >= 0.1 ? 'has moved a little' : 'as before';
}

function overview(columns: readonly ColumnShift[]): string {
  const heads = ['PSI', 'JS', 'KS', 'W1 / std', 'chi²'].map((head) => `<th class="n" scope="col">${head}</th>`);
  const rows = columns.map((column) => {
    const of = column.drift.statistics;
    const shown =
      column.kind === 'instant'
        ? [null, null, null, null, null]
        : [of.psi, of['jensen-shannon'], of['kolmogorov-smirnov'], of['wasserstein-per-std'], of['chi-square']];
    return `<tr><td><code>${escape(column.name)}</code></td><td>${verdict(column)}</td>${shown.map(number).join('')}<td class="n">${missingText(column)}</td><td class="n">${changed(column)}</td></tr>`;
  });
  return `<h2>How far the columns have moved</h2>
<div class="wide" tabindex="0" role="region" aria-label="Figures of the columns"><table><thead><tr><th scope="col">Column</th><th scope="col">By PSI</th>${heads.join('')}<th class="n" scope="col">missing</th><th class="n" scope="col">new / lost values</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>
<p>PSI below 0.1 is little, from 0.2 on a shift. JS: Jensen-Shannon distance, base 2; KS: Kolmogorov-Smirnov; W1 / std: Wasserstein distance over the standard deviation before; chi² grows with the rows. Conventions: docs/DRIFT.md.</p>`;
}

function missingText({ missing: { a, b } }: ColumnShift): string {
  return a === b ? percent(a) : `${percent(a)} → ${percent(b)}`;
}

/** To three digits; 0 and 1 are what is exactly so. */
function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

function changed({ kind, fresh, lost }: ColumnShift): string {
  return kind === 'category' ? `${fresh.values} / ${lost.values}` : '';
}

function number(value: number | null): string {
  return `<td class="n">${value === null ? '' : escape(String(Number(value.toPrecision(4))))}</td>`;
}

function card(column: ColumnShift, at: number): string {
  const { name, kind, bars, drift, cells, fresh, lost } = column;
  const { psi } = drift.statistics;
  const told = [verdict(column), kind === 'instant' || psi === null ? '' : `PSI ${numberText(psi)}`]
    .filter(Boolean)
    .join(', ');
  const title = `${name}: shares of rows before and after${told === '' ? '' : `; ${told}`}`;
  return `<article><h3>${escape(name)}</h3>
<p>${[kindText(kind), told].filter(Boolean).join(': ')}${cells === null ? '' : ` (counted in ${cells} equal cells)`}</p>
${bars.length === 0 ? '<p>no rows</p>' : drawBars(bars, { id: `c${at}`, title, lying: kind === 'category' })}
${restOf(bars)}${changeOf('New', fresh)}${changeOf('Lost', lost)}
<details><summary>As a table</summary>${tableOf(bars)}</details></article>`;
}

/** What is not drawn. */
function restOf(bars: readonly Bar[]): string {
  const rest = bars.filter(({ tick }) => tick === null);
  return rest.map(({ label, a, b }) => `<p>${escape(label)}: ${percent(a)} → ${percent(b)} of the rows</p>\n`).join('');
}

function kindText(kind: ColumnShift['kind']): string {
  return kind === 'number' ? 'number' : kind === 'category' ? 'category' : 'instant, UTC';
}

function changeOf(what: string, { values, rows, most }: ValueChange): string {
  if (values === 0) return '';
  const named = most.map(({ value, rows: of }) => `<code>${escape(figureText(value))}</code> (${of})`).join(', ');
  return `<p><strong>${what}:</strong> ${values} values in ${rows} rows: ${named}${values > most.length ? ', …' : ''}</p>\n`;
}

function tableOf(bars: readonly Bar[]): string {
  const share = (value: number): string => `<td class="n">${(100 * value).toFixed(2)} %</td>`;
  const rows = bars.map(({ label, a, b }) => `<tr><td>${escape(figureText(label))}</td>${share(a)}${share(b)}</tr>`);
  return `<table><thead><tr><th scope="col">value</th><th class="n" scope="col">before</th><th class="n" scope="col">after</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** What the records hold of each column, where it differs. */
function figures({ columns }: DataDifferences): string {
  const rows = columns.flatMap(({ name, figures: found }) =>
    found.map(
      ({ figure, ...values }) =>
        `<tr><td><code>${escape(name)}</code></td><td>${figure}</td><td>${escape(figureText(values.a))}</td><td>${escape(figureText(values.b))}</td><td>${changeText(values)}</td></tr>`,
    ),
  );
  if (rows.length === 0) return '';
  const heads = ['Column', 'Figure', 'Before', 'After', 'Change'].map((head) => `<th scope="col">${head}</th>`);
  return `<h2>Figures that differ</h2>
<div class="wide" tabindex="0" role="region" aria-label="Figures that differ"><table><thead><tr>${heads.join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>`;
}

function listOf<T>(title: string, items: readonly T[], text: (item: T) => string): string {
  return `<h2>${title}</h2>\n<ul>${items.map((item) => `<li>${text(item)}</li>`).join('')}</ul>`;
}
