import * as echarts from 'echarts';
import { escape } from '../../activities/data/page';
import type { Bar } from './bars';

/** The names of the two sides, in the order of their bars. */
export const SIDES = ['before', 'after'] as const;

const WIDTH = 340;
const SHARE = '{value} %';
/** Letters of a category that fit beside its bar. */
const LABEL = 18;

/** How bars are drawn. */
export interface Picture {
  /** Letters and digits, of this picture alone on its page: its patterns and classes are named by it, so that the same bars give the same bytes. */
  readonly id: string;
  /** What those who cannot see it are told. */
  readonly title: string;
  /** Bars lie, and their labels stand beside them: for categories. */
  readonly lying: boolean;
}

/**
 * Two distributions as bars beside each other: an SVG that needs no script, whose colours are the page's (`--before`, `--after`,
 * `currentColor`), and whose second bar is hatched, so that colour is not all that tells them apart.
 * What comes from data is escaped by the library.
 *
 * @example
 * const svg = drawBars([{ label: 'x', tick: 'x', a: 0.5, b: 0.7 }], { id: 'c0', title: 'country', lying: true });
 */
export function drawBars(bars: readonly Bar[], { id, title, lying }: Picture): string {
  const drawn = bars.flatMap(({ tick, ...bar }) => (tick === null ? [] : [{ ...bar, label: short(tick) }]));
  const height = lying ? 56 + 30 * drawn.length : 220;
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    const categories = {
      type: 'category' as const,
      data: drawn.map(({ label }) => label),
      inverse: lying,
      axisTick: { show: false },
      axisLine: LINE,
      axisLabel: { color: INK, fontSize: 11, ...(lying ? { interval: 0 } : { hideOverlap: true, rotate: 40 }) },
    };
    const shares = {
      type: 'value' as const,
      splitNumber: 4,
      axisLabel: { color: INK, fontSize: 11, formatter: SHARE },
      splitLine: { lineStyle: { color: INK, opacity: 0.15 } },
    };
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: 'system-ui, sans-serif' },
      aria: { enabled: true, decal: { show: true, decals: [PLAIN, HATCHED] } },
      color: ['var(--before)', 'var(--after)'],
      legend: { data: [...SIDES], top: 0, right: 0, textStyle: { color: INK }, selectedMode: false },
      grid: { left: lying ? besides(drawn) : 44, right: 18, top: 32, bottom: lying ? 24 : 46 },
      xAxis: lying ? shares : categories,
      yAxis: lying ? categories : shares,
      series: SIDES.map((side, i) => ({
        name: side,
        type: 'bar' as const,
        silent: true,
        barGap: '0%',
        barCategoryGap: '25%',
        data: drawn.map(({ a, b }) => Number((100 * (i === 0 ? a : b)).toPrecision(4))),
      })),
    });
    return told(chart.renderToSVGString({ useViewBox: true }), id, title);
  } finally {
    chart.dispose();
  }
}

const INK = 'currentColor';
const LINE = { lineStyle: { color: INK } };
const PLAIN = { symbol: 'none' };
const HATCHED = {
  symbol: 'rect',
  dashArrayX: [1, 0],
  dashArrayY: [2, 4],
  rotation: -Math.PI / 4,
  color: 'rgba(255, 255, 255, 0.75)',
};

/** Room beside lying bars, in pixels: the fonts of those who look are not known here. */
function besides(bars: readonly { readonly label: string }[]): number {
  return 18 + 7 * Math.max(3, ...bars.map(({ label }) => Array.from(label).length));
}

function short(label: string): string {
  const letters = Array.from(label);
  return letters.length <= LABEL ? label : `${letters.slice(0, LABEL - 1).join('')}…`;
}

/**
 * Names of patterns count up over all pictures of a process. Classes and what they are for, and notes for a script, have no use
 * without one. A quote in a text is encoded: none of this is found in what comes from data.
 */
function told(svg: string, id: string, title: string): string {
  return svg
    .replace(/<style ?>[^]*<\/style>\n?/, '')
    .replace(/ (?:class="zr\d+-cls-\d+"|ecmeta_\w+="[^"]*"|pointer-events="visible")/g, '')
    .replace(/"(url\(#)?zr\d+-/g, `"$1${id}-`)
    .replace(/^<svg width="\d+" height="\d+"/, `<svg role="img" aria-label="${escape(title)}"`);
}
