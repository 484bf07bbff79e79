// Danger: as in doc-examples.test-d.ts, for the doc comments of `perennial-ml/drift`: an example that does not compile.
import {
  addCounts,
  adwin,
  aucWithVariance,
  bandOf,
  chanceAmongChunks,
  chiSquare,
  type ColumnCounts,
  compareCounts,
  countSamples,
  ddm,
  detectIn,
  domainClassifier,
  expectedQuality,
  fitReconstruction,
  hddmA,
  jensenShannonDistance,
  joinTables,
  kolmogorovSmirnov,
  lInfinity,
  measureDrift,
  pageHinkley,
  populationStabilityIndex,
  readTable,
  reconstructionDrift,
  reconstructionErrors,
  rollingWindows,
  type RowTable,
  seasonWindow,
  wasserstein,
} from '../../activities/monitor/drift';
import type { MonitorSpec } from '../../steps';

/** Of docs/DRIFT.md, "Monitors". */
export const monitors: MonitorSpec[] = [
  { kind: 'drift', name: 'scores', statistic: 'jensen-shannon', threshold: 0.1, columns: ['scores'], minRows: 1_000 },
  {
    kind: 'drift',
    name: 'distance',
    statistic: 'wasserstein',
    threshold: 50,
    columns: ['distance'],
    reference: 'earlier',
    minRows: 1_000,
  },
  {
    kind: 'stream',
    name: 'errors',
    of: 'squared-errors',
    detector: { name: 'adwin', delta: 0.002 },
    minRows: 500,
    minCoverage: 0.5,
  },
];

export const examples = {
  jensenShannonDistance() {
    const distance = jensenShannonDistance([0.5, 0.5], [0.4, 0.6]);
    return distance;
  },
  populationStabilityIndex() {
    const psi = populationStabilityIndex([0.5, 0.5], [0.4, 0.6]);
    return psi;
  },
  kolmogorovSmirnov() {
    const distance = kolmogorovSmirnov(
      [{ value: 1, rows: 3 }],
      [
        { value: 1, rows: 1 },
        { value: 2, rows: 1 },
      ],
    );
    return distance;
  },
  wasserstein() {
    const minutes = wasserstein([{ value: 10, rows: 3 }], [{ value: 12, rows: 5 }]);
    return minutes;
  },
  chiSquare() {
    const { statistic, degreesOfFreedom } = chiSquare([60, 40], [55, 45]);
    return [statistic, degreesOfFreedom];
  },
  lInfinity() {
    const distance = lInfinity([0.5, 0.5], [0.4, 0.6]);
    return distance;
  },
  compareCounts() {
    const before: ColumnCounts = {
      kind: 'number',
      values: [
        { value: 1, rows: 90 },
        { value: 2, rows: 10 },
      ],
      missing: 0,
    };
    const after: ColumnCounts = {
      kind: 'number',
      values: [
        { value: 1, rows: 50 },
        { value: 2, rows: 50 },
      ],
      missing: 3,
    };
    const { statistics } = compareCounts(before, after);
    if ((statistics.psi ?? 0) >= 0.2) throw new Error('the column has moved');
  },
  async measureDrift(flights: string) {
    const { columns } = await measureDrift({
      reference: { files: [flights], where: "date < '2001-02-01'" },
      current: { files: [flights], where: "date >= '2001-06-01' AND date < '2001-07-01'" },
      columns: ['delay', 'origin', { name: 'hour', expression: 'hour(date)' }],
    });
    const moved = columns['origin']?.statistics['jensen-shannon'];
    return moved;
  },
  async countSamples(first: string, second: string) {
    const weeks = await countSamples([{ files: [first] }, { files: [second] }], ['delay']);
    const delays = weeks.map((week) => week.get('delay'));
    return delays;
  },
  rollingWindows() {
    const [earlier, last] = rollingWindows({ from: '2026-03-15T00:00:00.000Z', to: '2026-03-22T00:00:00.000Z' }, 2);
    return [earlier, last];
  },
  seasonWindow() {
    const lastYear = seasonWindow({ from: '2026-03-15T00:00:00.000Z', to: '2026-03-22T00:00:00.000Z' }, 'year');
    return lastYear;
  },
  addCounts(weeks: ColumnCounts[]) {
    const month = addCounts(weeks);
    return month;
  },
  bandOf(weeks: ColumnCounts[], window: ColumnCounts) {
    const band = bandOf(weeks, 'psi');
    const moved = band !== null && (compareCounts(addCounts(weeks), window).statistics.psi ?? 0) > band.threshold;
    return moved;
  },
  chanceAmongChunks(weeks: ColumnCounts[], window: ColumnCounts) {
    const chance = chanceAmongChunks(weeks, window, 'wasserstein');
    return chance;
  },
  expectedQuality() {
    const expected = expectedQuality(Float64Array.of(0.1, 0.8, 0.4));
    return expected;
  },
  detectIn() {
    const { drifts } = detectIn([0, 0, 1, 0, 1, 1, 1], ddm({ warmStart: 3 }));
    return drifts;
  },
  ddm(predicted: number, label: number) {
    const detector = ddm();
    const signal = detector.update(predicted === label ? 0 : 1);
    return signal;
  },
  hddmA() {
    const detector = hddmA({ twoSided: true });
    const signal = detector.update(0.7);
    return signal;
  },
  pageHinkley() {
    const detector = pageHinkley({ threshold: 20, mode: 'up' });
    const signal = detector.update(12.5);
    return signal;
  },
  adwin() {
    const detector = adwin({ delta: 0.01 });
    const signal = detector.update(0.42);
    return signal;
  },
  async readTable(flights: string) {
    const week = await readTable({ files: [flights], where: "date < '2001-01-08'" }, ['delay', 'origin']);
    return week;
  },
  reconstructionErrors(january: RowTable, february: RowTable) {
    const fitted = fitReconstruction(january);
    const errors = reconstructionErrors(fitted, february);
    return errors;
  },
  fitReconstruction(january: RowTable, february: RowTable) {
    const errors = reconstructionErrors(fitReconstruction(january), february);
    return errors;
  },
  reconstructionDrift(januaryByWeek: RowTable[], lastWeek: RowTable) {
    const { chunks } = reconstructionDrift(januaryByWeek, [lastWeek]);
    const moved = chunks[0]?.alarm;
    return moved;
  },
  aucWithVariance() {
    const estimate = aucWithVariance([0.9, 0.8, 0.4], [0.5, 0.3, 0.2]);
    return estimate;
  },
  async domainClassifier(january: RowTable, february: RowTable) {
    const { auc, alarm } = await domainClassifier(january, february, { threshold: 0.65 });
    return { auc, alarm };
  },
  async manyColumns(flights: string) {
    const columns = ['delay', 'distance', 'origin'];
    const week = (from: string, to: string) =>
      readTable({ files: [flights], where: `date >= '${from}' AND date < '${to}'` }, columns);
    const reference = [await week('2001-01-01', '2001-01-08'), await week('2001-01-08', '2001-01-15')];
    const current = await week('2001-06-01', '2001-06-08');

    const { band, chunks } = reconstructionDrift(reference, [current]);
    const { auc, low, alarm } = await domainClassifier(joinTables(reference), current);
    return { band, chunks, auc, low, alarm };
  },
};
