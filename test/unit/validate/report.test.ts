// Danger: a value out of the data becomes markup on the page of whoever opens the report.
import { renderReport } from '../../../activities/validate/report';

const result = { expectation: 'x', severity: 'fail' as const, passed: false, observed: '<script>"&\'', violations: 2 };

test('what comes from data is text on the page', () => {
  const page = renderReport('ab'.repeat(32), [result]);
  expect(page).toContain('&lt;script&gt;&quot;&amp;&#39;');
  expect(page).not.toContain('<script>');
});

test('the same results give the same bytes, and the count says what holds', () => {
  const results = [result, { ...result, passed: true, observed: null, violations: null }];
  expect(renderReport('cd', results)).toBe(renderReport('cd', results));
  expect(renderReport('cd', results)).toContain('1 of 2 expectations hold');
});
