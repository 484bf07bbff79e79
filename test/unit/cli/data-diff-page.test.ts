/**
 * Danger: the page on two versions says something else than the files hold, hides a column, is torn by a value out of the data, or
 * cannot be read without colours, eyes or a network. Real flights and rows as dirty as they come, counted by the real engine.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { withDuckdb } from '../../../activities/data/duckdb';
import { profileOf } from '../../../activities/data/profile';
import { columnsOf } from '../../../activities/data/schema';
import { type Compared, dataDifferences } from '../../../cli/data-differences';
import { compareFiles } from '../../../cli/data-diff/compare-files';
import { diffPage } from '../../../cli/data-diff/page';
import { readDescribed } from '../../../cli/views/data-described';
import { bench } from '../data/parquet';

const { work, write } = bench();
const flights = join(__dirname, '../../../node_modules/vega-datasets/data/flights-3m.parquet');

/** A version as the records would have it. */
async function version(path: string): Promise<Compared> {
  return withDuckdb({ ...work, reads: [path] }, async (duck) => {
    const columns = await columnsOf(duck, path);
    const { rows, columns: profile } = await profileOf(duck, path, columns);
    const digest = createHash('sha256').update(path).digest('hex');
    const schema = { columns: columns.map(({ name, type, sql }) => ({ name, type, sql })), time: null };
    return { digest, rowsDigest: digest, rows, timeFrom: null, timeTo: null, ...readDescribed({ schema, profile }) };
  });
}

async function compare(pathA: string, pathB: string) {
  const [a, b] = [await version(pathA), await version(pathB)];
  const shifts = await compareFiles(a, b, { a: pathA, b: pathB });
  const html = diffPage({ a, b, differences: dataDifferences(a, b), shifts });
  return { shifts, html, of: (name: string) => shifts.columns.find((column) => column.name === name) };
}

async function copyOf(name: string, select: string, from?: string): Promise<string> {
  if (from === undefined) return write(name, select);
  const path = join(work.scratch, name);
  await withDuckdb({ ...work, reads: [from] }, (duck) => duck.writeParquet(select, path, { from }));
  return path;
}

const month = (from: string, to: string) =>
  `SELECT * FROM read_parquet($from) WHERE date >= '${from}' AND date < '${to}'`;

/** Tags that do not close what stands open, and names that stand twice. */
function flawsOf(html: string): string[] {
  const open: string[] = [];
  const flaws: string[] = [];
  const text = html.replace(/<!doctype html>|<!\[CDATA\[[^]*?\]\]>|(?<=<style>)[^<]*/g, '');
  for (const [tag, closing, name = ''] of text.matchAll(/<(\/?)([\w-]+)(?:[^<>"]|"[^"]*")*>/g)) {
    if (tag.endsWith('/>') || ['meta', 'br'].includes(name)) continue;
    if (closing === '') open.push(name);
    else if (open.pop() !== name) flaws.push(tag);
  }
  const ids = [...html.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id);
  return [...flaws, ...open, ...ids.filter((id, i) => ids.indexOf(id) !== i).map(String)];
}

const pictures = (html: string): string[] => [...html.matchAll(/<svg [^]*?<\/svg>/g)].map(([svg]) => svg);

describe('January and June of the flights', () => {
  test('the figures are those of scipy and numpy, and each column has its picture', async () => {
    const a = await copyOf('january.parquet', month('2001-01-01', '2001-02-01'), flights);
    const b = await copyOf('june.parquet', month('2001-06-01', '2001-07-01'), flights);
    const { shifts, html, of } = await compare(a, b);
    // Of shares, not of rows: references as in test/unit/drift/reference-values.test.ts.
    expect(of('delay')?.drift.statistics['kolmogorov-smirnov']).toBeCloseTo(0.02536693249864519, 12);
    expect(of('delay')?.drift.statistics.psi).toBeCloseTo(0.010037083129817, 10);
    expect(of('origin')?.drift.statistics['chi-square']).toBeCloseTo(2427.69086813094, 5);
    expect(of('origin')?.drift.statistics['jensen-shannon']).toBeCloseTo(0.0447252479836, 9);
    expect(shifts.notCounted).toEqual([]);
    expect(pictures(html)).toHaveLength(shifts.columns.length);
    expect(shifts.columns.map(({ name }) => name).sort()).toEqual([
      'date',
      'delay',
      'destination',
      'distance',
      'origin',
    ]);
    for (const { bars } of shifts.columns) {
      expect(bars.length).toBeGreaterThan(5);
      for (const side of ['a', 'b'] as const) expect(bars.reduce((sum, bar) => sum + bar[side], 0)).toBeCloseTo(1, 9);
    }
    // The two months share no instant.
    const date = of('date')?.bars ?? [];
    expect([date.length, date[0]?.a === 0, date[0]?.b, date.at(-1)?.a]).toEqual([expect.any(Number), false, 0, 0]);
    expect(html).toMatch(/<td><code>origin<\/code><\/td><td>as before<\/td>/);
    expect(flawsOf(html)).toEqual([]);
  });
});

describe('rows as dirty as they come', () => {
  const EVIL = `<script>alert(1)</script>`;
  const before = `
    SELECT i AS n, (i % 3)::INTEGER AS few, CASE WHEN i % 2 = 0 THEN '${EVIL}' ELSE 'b&"''' || (i % 2) END AS t, 'gone' AS g,
           CASE WHEN i = 0 THEN 1e308 WHEN i = 1 THEN 'nan'::DOUBLE ELSE i END AS far, NULL::DOUBLE AS empty, [i] AS list,
           i AS changed, TIMESTAMP '2001-01-01' + INTERVAL (i) HOUR AS at, 'key' || i AS key
    FROM range(1000) r(i)`;
  const after = `
    SELECT i + 400 AS n, 2 AS few, CASE WHEN i % 4 = 0 THEN NULL ELSE chr(1) || '</svg>{value}' END AS t, 1 AS added,
           -1e308 AS far, NULL::DOUBLE AS empty, [i] AS list, i::VARCHAR AS changed, 'infinity'::TIMESTAMP AS at, 'key' || (i + 1) AS key
    FROM range(500) r(i)`;

  test('nothing of the data is markup, and every column is told, drawn or not', async () => {
    const { shifts, html, of } = await compare(
      await copyOf('before.parquet', before),
      await copyOf('after.parquet', after),
    );
    expect(html).not.toMatch(/<script|alert\(1\)<|<\/svg>\{value\}/);
    expect(flawsOf(html)).toEqual([]);
    expect(html).toContain('&lt;script&gt;');
    expect(of('t')).toMatchObject({
      kind: 'category',
      fresh: { values: 1, rows: 375 },
      lost: { values: 2, rows: 1000 },
    });
    expect(of('t')?.bars.at(-1)).toEqual({ label: 'no value', tick: 'no value', a: 0, b: 0.25 });
    expect(of('few')?.bars).toEqual([
      { label: '0', tick: '0', a: 0.334, b: 0 },
      { label: '1', tick: '1', a: 0.333, b: 0 },
      { label: '2', tick: '2', a: 0.333, b: 1 },
    ]);
    expect(of('empty')?.drift.statistics.psi).toBeNull();
    expect(of('far')?.bars.every(({ label }) => !/NaN|Infinity/.test(label))).toBe(true);
    expect(of('at')?.bars.at(-1)).toEqual({ label: 'no value', tick: 'no value', a: 0, b: 1 });
    expect(shifts.notCounted).toEqual([
      { name: 'list', why: 'of a BIGINT[] nothing is counted' },
      { name: 'changed', why: 'integer before, text after' },
    ]);
    for (const said of [
      'column gone: <code>g</code>',
      'column added: <code>added</code>',
      'type of <code>changed</code>',
    ]) {
      expect(html).toContain(said);
    }
    // Most moved first.
    const psi = [...html.matchAll(/<h3>([^<]*)<\/h3>/g)].map(([, name = '']) => of(name)?.drift.statistics.psi ?? -1);
    expect(psi).toEqual([...psi].sort((x, y) => y - x));
  });

  test('two versions without a row', async () => {
    const none = await copyOf('none.parquet', `SELECT * FROM (${before}) WHERE n < 0`);
    const { html, of } = await compare(none, none);
    expect(of('t')?.bars).toEqual([]);
    expect(flawsOf(html)).toEqual([]);
  });
});

describe('the page by itself', () => {
  test('needs no script and nothing from elsewhere, and tells the sides apart by more than colour', async () => {
    const path = await copyOf('plain.parquet', `SELECT i % 7 AS n, 'x' || (i % 40) AS t FROM range(100) r(i)`);
    const { html } = await compare(path, path);
    const addresses = [...html.matchAll(/(?:src|href|url\()\s*=?\s*["']?([^"')\s>]+)/g)].map(([, to]) => to);
    expect(addresses.filter((to) => !to?.startsWith('#'))).toEqual([]);
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('name="viewport"');
    for (const svg of pictures(html)) {
      expect(svg).toMatch(/^<svg role="img" aria-label="[nt]: shares of rows before and after; as before, PSI 0"/);
      // The hatching of the second side, over each of its bars.
      const patterns = [...svg.matchAll(/<pattern [^>]*id="([^"]+)"/g)].map(([, id]) => id);
      expect(patterns.length).toBeGreaterThan(0);
      expect(svg).toContain(`fill="url(#${patterns.at(-1)})"`);
      expect(svg).not.toMatch(/^<svg[^>]* (?:width|height)=/);
    }
    // The rest of forty values is one bar.
    expect(html).toContain('<td>28 others</td>');
  });

  test('the same versions give the same bytes', async () => {
    const path = await copyOf('same.parquet', `SELECT i AS n, 'x' || (i % 3) AS t FROM range(300) r(i)`);
    const [first, second] = [await compare(path, path), await compare(path, path)];
    expect(first.html).toBe(second.html);
  });

  test('without the files it tells what the records hold, and why there is no more', async () => {
    const path = await copyOf('alone.parquet', 'SELECT i AS n FROM range(10) r(i)');
    const other = await copyOf('other.parquet', 'SELECT i AS n FROM range(20) r(i)');
    const [a, b] = [await version(path), await version(other)];
    const html = diffPage({ a, b, differences: dataDifferences(a, b), shifts: 'Artifact <x> is not there.' });
    expect(html).toContain('<strong>No distributions:</strong> Artifact &lt;x&gt; is not there.');
    expect(html).toContain('<td><code>n</code></td><td>distinct</td><td>10</td><td>20</td>');
    expect(flawsOf(html)).toEqual([]);
  });
});
