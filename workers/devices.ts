import { execFileSync } from 'node:child_process';
import { perennialError } from '../core/errors';

/** The devices of a worker, and who named them. */
export interface FoundDevices {
  /** Each as CUDA_VISIBLE_DEVICES names it: an index, `GPU-...` or `MIG-...`. One that stands twice takes two executions at once. */
  readonly names: readonly string[];
  readonly source: string;
}

/** How long nvidia-smi may take, ms: with a driver that hangs it never ends. */
const PATIENCE = 10_000;

/**
 * The devices of a pool's worker: what it was told, else, for the pool `gpu`, what PERENNIAL_DEVICES or
 * CUDA_VISIBLE_DEVICES says, else what nvidia-smi lists. Other pools have those that they are told.
 *
 * @param told the flag `--devices`
 * @param list gives what `nvidia-smi -L` prints; null where there is no such program, or it fails
 * @throws PER_STACK_050
 */
export function findDevices(
  pool: string,
  told: string | undefined,
  variables: NodeJS.ProcessEnv = process.env,
  list: () => string | null = listing,
): FoundDevices {
  if (told !== undefined) return { names: parseDevices(told, '--devices'), source: '--devices' };
  if (pool !== 'gpu') return { names: [], source: 'the pool' };
  for (const source of ['PERENNIAL_DEVICES', 'CUDA_VISIBLE_DEVICES']) {
    const said = variables[source];
    if (said === undefined || (said === '' && source === 'PERENNIAL_DEVICES')) continue;
    return { names: source === 'PERENNIAL_DEVICES' ? parseDevices(said, source) : visibleDevices(said), source };
  }
  return { names: parseListing(list() ?? ''), source: 'nvidia-smi' };
}

/** `0,1`, `GPU-...,GPU-...`, `none`. @throws PER_STACK_050 */
function parseDevices(said: string, source: string): string[] {
  if (said.trim() === 'none') return [];
  const names = said.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !/^(\d+|(GPU|MIG)-[\w/-]+)$/.test(name));
  if (wrong === undefined) return names;
  throw perennialError('PER_STACK_050', `${source} has '${wrong}' among its devices.`);
}

/** As CUDA reads it: nothing from the first entry on that names no device. */
function visibleDevices(said: string): string[] {
  const names = said.split(',').map((name) => name.trim());
  const end = names.findIndex((name) => name === '' || name.startsWith('-'));
  return end < 0 ? names : names.slice(0, end);
}

/**
 * The devices in what `nvidia-smi -L` prints, by their UUIDs: CUDA may count them in another order. A GPU that is parted
 * cannot be used itself: its parts stand in its place.
 */
export function parseListing(text: string): string[] {
  const gpus: { readonly uuid: string; readonly parts: string[] }[] = [];
  for (const line of text.split('\n')) {
    const gpu = /^GPU \d+:.*\(UUID: (GPU-[\w-]+)\)/.exec(line)?.[1];
    if (gpu !== undefined) gpus.push({ uuid: gpu, parts: [] });
    const part = /^\s+MIG .*\(UUID: (MIG-[\w/-]+)\)/.exec(line)?.[1];
    if (part !== undefined) gpus.at(-1)?.parts.push(part);
  }
  return gpus.flatMap(({ uuid, parts }) => (parts.length === 0 ? [uuid] : parts));
}

/**
 * Executions at once of a worker: as many as it has devices, unless it is told fewer.
 *
 * @throws PER_STACK_051
 */
export function slotsFor({ names }: FoundDevices, told: number | undefined): number | undefined {
  if (names.length === 0) return told;
  const slots = told ?? names.length;
  if (slots <= names.length) return slots;
  throw perennialError('PER_STACK_051', `The worker has ${names.length} devices and is to have ${slots} slots.`);
}

function listing(): string | null {
  try {
    return execFileSync('nvidia-smi', ['-L'], {
      encoding: 'utf8',
      timeout: PATIENCE,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return null;
  }
}
