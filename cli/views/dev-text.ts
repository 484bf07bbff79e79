import type { DevEvent } from '../dev/follow-project';
import { planDiffText } from './plan-diff-text';

/** What happened to a followed project, for people. */
export function devText(event: DevEvent): string {
  switch (event.event) {
    case 'refused':
      return `${event.message}\nThe workers go on with the code that they have.`;
    case 'plan':
      return typeof event.differences === 'string'
        ? `${event.pipeline} is ${event.differences}`
        : `${event.pipeline} has another plan:\n${planDiffText(event.differences)}`;
    case 'ready':
      return readyText(event);
  }
}

function readyText({ workers, failed, ms }: Extract<DevEvent, { event: 'ready' }>): string {
  const seconds = (ms / 1_000).toFixed(1);
  const begun =
    workers.length > 0
      ? [`${workers.join(' and ')}: the new code is at work, ${seconds} s after the edit was seen`]
      : failed.length === 0
        ? ['Nothing that a worker runs has changed.']
        : [];
  const kept = failed.map(({ part, error }) => `${part} keeps the old code: ${error ?? ''}`);
  return [...begun, ...kept].join('\n');
}
