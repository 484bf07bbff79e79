// Danger: counters that fall because processes ended at the same time; a rate over them then shows a burst that never was.
import { Counter, Gauge, Registry } from 'prom-client';
import { MetricsSum } from '../../../serving/supervisor/sum-metrics';

/** The figures of a process that predicted `rows` rows. */
async function figures(rows: number): Promise<unknown> {
  const registry = new Registry();
  new Counter({ name: 'rows_total', help: 'rows', registers: [registry] }).inc(rows);
  new Gauge({ name: 'processes', help: 'processes', registers: [registry] }).set(1);
  return registry.getMetricsAsJSON();
}

const valueOf = (text: string, name: string): number | null => {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1];
  return found === undefined ? null : Number(found);
};

async function threeProcesses(): Promise<MetricsSum> {
  const sum = new MetricsSum();
  for (const [server, rows] of [
    ['a', 1],
    ['b', 10],
    ['c', 100],
  ] as const)
    sum.take(server, await figures(rows));
  return sum;
}

test('what processes had counted stays in the sums when they end at the same time', async () => {
  const sum = await threeProcesses();
  await Promise.all(['a', 'b', 'c'].map((server) => sum.retire(server)));
  const text = await sum.text();
  expect(valueOf(text, 'rows_total')).toBe(111);
  expect(valueOf(text, 'processes')).toBeNull();
});

test('a sum asked for while processes are ending counts each of them once', async () => {
  const sum = await threeProcesses();
  const ending = ['a', 'b', 'c'].map((server) => sum.retire(server));
  const texts = [sum.text(), ...ending.map((ended) => ended.then(() => sum.text()))];
  for (const text of await Promise.all(texts)) expect(valueOf(text, 'rows_total')).toBe(111);
  await Promise.all(ending);
});

test('a process that ended is added once, and one that never told anything adds nothing', async () => {
  const sum = await threeProcesses();
  await Promise.all([sum.retire('a'), sum.retire('a'), sum.retire('unknown')]);
  const text = await sum.text();
  expect(valueOf(text, 'rows_total')).toBe(111);
  expect(valueOf(text, 'processes')).toBe(2);
});
