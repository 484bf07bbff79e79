import { existsSync } from 'node:fs';
import type { Cost } from '../../store/nodes/node-row';

/** What a child process says it has used. */
export interface Usage {
  readonly cpuMs: number;
  /** bytes */
  readonly peakRss: number;
}

/** Measures one execution; `usage` is what its child process measured, absent for code in the worker itself. */
export type Meter = (usage?: Usage | null) => Cost;

/**
 * Shares the worker's CPU time among the executions in flight. Node has no CPU figure per thread or task, so each
 * interval's CPU goes in equal parts to those that were in flight in it; the result is marked as estimated.
 */
export function createMeters(clock = wallMs, cpu = processCpuMs): (gpu: boolean) => Meter {
  let inFlight = 0;
  let share = 0;
  let last = cpu();
  function settle(): number {
    const now = cpu();
    if (inFlight > 0) share += (now - last) / inFlight;
    last = now;
    return share;
  }
  return (gpu) => {
    const [began, shareBefore] = [clock(), settle()];
    inFlight += 1;
    let ended: { readonly wallMs: number; readonly cpuMs: number } | null = null;
    return (usage) => {
      if (ended === null) {
        ended = { wallMs: clock() - began, cpuMs: settle() - shareBefore };
        inFlight -= 1;
      }
      const gpuMs = gpu ? ended.wallMs : 0;
      if (usage) return { wallMs: ended.wallMs, cpuMs: usage.cpuMs, peakRss: usage.peakRss, gpuMs, estimated: false };
      return { ...ended, peakRss: null, gpuMs, estimated: true };
    };
  };
}

/** True when this process may use a GPU: one is there, and CUDA_VISIBLE_DEVICES does not hide it. */
export function gpuIsVisible(visible = process.env['CUDA_VISIBLE_DEVICES']): boolean {
  return existsSync('/dev/nvidia0') && visible !== '' && visible !== '-1';
}

function wallMs(): number {
  return performance.now();
}

let read = { at: -Infinity, cpuMs: 0 };

/** How long a figure of the system is good, ms. To ask costs half a millisecond of CPU on some machines; what is shared out is an estimate. */
const FRESH = 50;

/** The CPU time of this process. Asks the system now and then: hundreds of executions begin and end in between. */
function processCpuMs(): number {
  const at = performance.now();
  if (at - read.at >= FRESH) {
    const { user, system } = process.cpuUsage();
    read = { at, cpuMs: (user + system) / 1_000 };
  }
  return read.cpuMs;
}
