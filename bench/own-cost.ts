/** What a process that measures has cost so far. */
export interface OwnCost {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** CPU seconds and the largest resident memory of this process until now. */
export function ownCost(): OwnCost {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMiB: maxRSS / 1024 };
}
