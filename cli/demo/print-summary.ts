import { table } from '../frame';
import { duration } from '../views/duration';
import type { DemoSummary, Means } from './summary';
import { day } from './windows';

type Decision = DemoSummary['decisions'][number];

/** The summary as a person reads it. */
export function printSummary(summary: DemoSummary): string {
  return [
    heading('What ran'),
    runs(summary),
    `The pool gpu scored with ONNX Runtime's provider ${summary.provider.name}${summary.provider.note ? ` (${summary.provider.note})` : ''}.`,
    heading('Versions and promotions'),
    versions(summary),
    heading("The keeper's decisions, in event time"),
    decisions(summary),
    heading('Quality by window: the January model left alone beside the kept one'),
    windows(summary),
    verdict(summary.means),
    heading('Artifacts'),
    table(
      ['kind', 'count', 'MB'],
      summary.artifacts.map((a) => [a.kind, a.count, (a.bytes / 1e6).toFixed(1)]),
    ),
    heading('Go on'),
    goOn(summary),
  ].join('\n');
}

function heading(text: string): string {
  return `\n${text}\n${'-'.repeat(text.length)}`;
}

function runs({ runs: list }: DemoSummary): string {
  return table(
    ['pipeline', 'ended', 'runs', 'median', 'nodes', 'from cache'],
    list.map((r) => [r.pipeline, r.status, r.count, duration(r.seconds * 1_000), r.nodes, r.hits]),
  );
}

function versions({ versions: list, promotions }: DemoSummary): string {
  return table(
    ['version', 'trained on', 'judged at', 'became champion'],
    list.map((v) => {
      const promotion = promotions.find((p) => p.version === v.version);
      return [
        v.version,
        `${day(v.trainedFrom)} to ${day(v.trainedTo)}`,
        day(v.eventTime),
        promotion ? `yes, after ${promotion.previous === null ? 'none' : `version ${promotion.previous}`}` : 'no',
      ];
    }),
  );
}

/** What was done, each with its reason; what was refused, gathered by day and rule: `perennial model decisions` has all. */
function decisions({ decisions: list }: DemoSummary): string {
  const lines = new Map<string, { first: Decision; causes: string[] }>();
  for (const decision of list) {
    const refused = decision.action === 'refuse';
    const key = refused ? `${day(decision.eventTime)} ${decision.rule}` : String(lines.size);
    const line = lines.get(key) ?? { first: decision, causes: [] };
    if (decision.cause) line.causes.push(decision.cause);
    lines.set(key, line);
  }
  const rows = [...lines.values()].map(({ first, causes }) => [
    day(first.eventTime),
    counted(causes),
    first.action,
    first.action === 'refuse' ? first.rule : first.reason,
  ]);
  return table(['at', 'causes', 'decision', 'why'], rows);
}

/** `schedule, accuracy x2` */
function counted(words: readonly string[]): string {
  return [...new Set(words)]
    .map((word) => ({ word, times: words.filter((other) => other === word).length }))
    .map(({ word, times }) => (times === 1 ? word : `${word} x${times}`))
    .join(', ');
}

function windows({ windows: list }: DemoSummary): string {
  const rows = list.map(({ window, rows: n, fraction, versions: answered, alone, kept, alarms }) => [
    day(window.from),
    `${n} (${percent(fraction)})`,
    answered.join(', '),
    alone.logLoss.toFixed(4),
    kept.logLoss.toFixed(4),
    alone.rocAuc?.toFixed(4) ?? '-',
    kept.rocAuc?.toFixed(4) ?? '-',
    alone.calibrationError.toFixed(4),
    kept.calibrationError.toFixed(4),
    alarms.join(', '),
  ]);
  const head = ['week of', 'rows (of all)', 'version', 'log loss: alone', 'kept', 'ROC-AUC: alone', 'kept'];
  return table([...head, 'calibration: alone', 'kept', 'alarms'], rows);
}

/** Says what was found, either way. */
function verdict({ alone, kept }: { readonly alone: Means; readonly kept: Means }): string {
  const better = (gain: number): string =>
    gain === 0 ? 'the same' : `${gain > 0 ? 'better' : 'worse'} by ${Math.abs(gain).toFixed(4)}`;
  const line = (name: string, a: number, k: number, gain: number): string =>
    `  ${name.padEnd(18)} alone ${a.toFixed(4)}, kept ${k.toFixed(4)}: kept is ${better(gain)}`;
  return [
    'Over all windows, weighted by rows:',
    line('log loss', alone.logLoss, kept.logLoss, alone.logLoss - kept.logLoss),
    line('ROC-AUC', alone.rocAuc, kept.rocAuc, kept.rocAuc - alone.rocAuc),
    line(
      'calibration error',
      alone.calibrationError,
      kept.calibrationError,
      alone.calibrationError - kept.calibrationError,
    ),
  ].join('\n');
}

function goOn({ state, temporalUi, serving, kept, seconds }: DemoSummary): string {
  const addresses = kept
    ? [
        `Temporal UI     ${temporalUi ?? 'that of your server'}`,
        `Predictions     ${serving ?? '-'}`,
        'npx perennial down   ends the stack',
      ]
    : [
        `The stack is down again (Temporal's UI was at ${temporalUi ?? 'your server'}); 'npm run demo -- --keep' leaves it up.`,
      ];
  return [
    ...addresses,
    `State           ${state}`,
    '',
    ...(kept ? [] : ['npx perennial up                             start it again on the same records']),
    'npx perennial runs                           what ran',
    'npx perennial show <run>                     its nodes, and why each ran or came from the cache',
    'npx perennial model history flight-delays    who was champion, when, why',
    'npx perennial model decisions flight-delays  every decision with its reason',
    'npx perennial plan flight-delays --mermaid   the graph',
    '',
    `Done in ${duration(seconds * 1_000)}.`,
  ].join('\n');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
