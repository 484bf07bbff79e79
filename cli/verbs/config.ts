import type { Command } from 'commander';
import { act, CommonOptions, table, verb } from '../frame';
import { readProject } from '../read-project';
import { lookAtResources, type ResourceLook } from '../resources';
import { resolveSettings } from '../settings';
import type { Settings } from '../settings';

/** `perennial config`: each setting and resource, its value with secrets masked, and where the value comes from. */
export function registerConfig(program: Command): void {
  verb(program, 'config', 'show every setting and where its value comes from')
    .addHelpText('after', '\nExample:\n  perennial config --json')
    .action(
      act(async (frame) => {
        const flags = frame.options(CommonOptions);
        const { settings, sources } = resolveSettings(flags);
        const rows = Object.entries(maskSecrets(settings)).map(([name, value]) => ({
          name,
          value,
          source: sourceOf(name, sources),
        }));
        const project = await readProject(flags).catch(() => null);
        const resources = (await lookAtResources(settings.project, project)).map(maskedRow);
        frame.result({ settings: rows, resources }, () =>
          table(
            ['setting', 'value', 'from'],
            [
              ...rows.map((row) => [row.name, row.value ?? '(not set)', row.source]),
              ...resources.map((row) => [`resource ${row.name}`, row.value ?? '(not set)', row.source]),
            ],
            frame.width,
          ),
        );
        return undefined;
      }),
    );
}

/** Replaces the token and the password inside a URL by stars. */
export function maskSecrets(settings: Settings): Record<string, string | null> {
  return { ...settings, token: settings.token === null ? null : '***', databaseUrl: maskUrl(settings.databaseUrl) };
}

function maskedRow({ name, source, state }: ResourceLook) {
  return { name, value: source === null ? null : '***', source: source ?? 'nowhere', state };
}

function maskUrl(url: string | null): string | null {
  if (url === null) return null;
  const parsed = new URL(url);
  if (parsed.password !== '') parsed.password = '***';
  // The driver takes these from the query as well.
  for (const name of ['password', 'sslpassword'])
    if (parsed.searchParams.has(name)) parsed.searchParams.set(name, '***');
  return parsed.href;
}

function sourceOf(name: string, sources: Readonly<Record<string, string>>): string {
  return sources[name] ?? 'default';
}
