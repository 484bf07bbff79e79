import type { KeeperState, Phase } from './state';

/** Markdown for Temporal's UI: what a keeper is doing, what it decided last, and what holds it back. Far below 20 KB. */
export function describeKeeper(model: string, state: KeeperState): string {
  const rows = [
    ['Doing', doing(state.phase)],
    ['Last decision', state.last ? `**${state.last.action}** (${state.last.rule}): ${state.last.reason}` : 'none yet'],
    [
      'Last retrain',
      state.lastRetrain ? `\`${state.lastRetrain.decisionId}\`, for ${state.lastRetrain.eventTime}` : 'none',
    ],
    ['Frozen', state.frozen ? `since ${state.frozen.since}: ${state.frozen.reason}` : 'no'],
  ];
  const lines = rows.map(([name, value]) => `| ${name ?? ''} | ${cell(value ?? '')} |`);
  return [`### Keeper of ${model}`, '', '| | |', '|---|---|', ...lines].join('\n');
}

function doing(phase: Phase): string {
  switch (phase.at) {
    case 'idle':
      return 'waiting for causes';
    case 'retraining':
      return `retraining: \`${phase.retrain.runId}\` (${phase.retrain.kind}, ${phase.retrain.eventTime})`;
    case 'candidate':
      return `rolling out version ${phase.version} of \`${phase.retrain.runId}\``;
  }
}

/** A reason may hold anything: it must stay one cell of one row. */
function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 1_000);
}
