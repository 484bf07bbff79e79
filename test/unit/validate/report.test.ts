// Danger: a value out of the data becomes markup on the page of whoever opens the report.
import { renderReport } from '../../../activities/validate/report';

const rows = [{ row: 7, values: '{"t":"<b>"}' }];
const result = {
  expectation: 'x',
  severity: 'fail' as const,
  passed: false,
  observed: '<script>"&\'',
  violations: 2,
  rows,
};

test('what comes from data is text on the page', () => {
  const page = renderReport('ab'.repeat(32), [result]);
  expect(page).toContain('&lt;script&gt;&quot;&amp;&#39;');
  expect(page).toContain('row 7: <code>{&quot;t&quot;:&quot;&lt;b&gt;&quot;}</code>');
  expect(page).not.toMatch(/<script>|<b>/);
});

test('the same results give the same bytes, and the count says what holds', () => {
  const results = [result, { ...result, passed: true, observed: null, violations: null, rows: [] }];
  expect(renderReport('cd', results)).toBe(renderReport('cd', results));
  expect(renderReport('cd', results)).toContain('1 of 2 expectations hold');
});
