import type { Segment, SegmentFindings, SegmentOptions } from '../../../steps/weak-segments';
import { escape, page } from '../../data/page';

/** The findings as a page of its own, without scripts. The same findings give the same bytes. */
export function renderSegments(dataset: string, findings: SegmentFindings, options: SegmentOptions): string {
  const { rows, mean, segments, weak } = findings;
  const { measure, alpha, minEffect } = options;
  const heads = [
    '',
    'Segment',
    'Rows',
    'Inside',
    'Outside',
    'Difference',
    '95 % interval',
    'Effect',
    'Chance',
    'Corrected',
    'Predicted',
    'Positive',
  ];
  const body = `
<h1>${weak} weak segment${weak === 1 ? '' : 's'}</h1>
<p>Data set <code>${escape(dataset)}</code>. Proposed by ${rows.searched} rows, all figures of ${rows.confirming} other rows, where the mean ${measure} is ${figure(mean)}.
Weak: an effect of ${minEffect} or more, and a chance, corrected by Holm's procedure for all segments of this table, of ${alpha} or less. Each segment is without the rows of those above it.</p>
${
  segments.length === 0
    ? '<p>No segment stood out among the rows that were looked through.</p>'
    : `<div class="wide" tabindex="0" role="region" aria-label="Segments"><table><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>
${segments.map(rowOf).join('\n')}
</tbody></table></div>`
}`;
  return page(
    `Weak segments of ${dataset.slice(0, 12)}`,
    body,
    '.wide { overflow-x: auto; } td, th { overflow-wrap: normal; }\n',
  );
}

function rowOf(segment: Segment): string {
  const { text, rows, inside, outside, difference, effect, chance, correctedChance, weak } = segment;
  const { mean, low, high } = difference;
  const cells = [
    ...[weak ? 'weak' : 'not confirmed', text, String(rows), figure(inside), figure(outside), figure(mean)],
    ...[`${figure(low)} to ${figure(high)}`, figure(effect), figure(chance), figure(correctedChance)],
    ...[figure(segment.meanPrediction), figure(segment.baseRate)],
  ];
  return `<tr class="${weak ? 'warn' : 'kept'}">${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
