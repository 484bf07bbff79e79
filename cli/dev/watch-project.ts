import { join } from 'node:path';

/** A watch over the files of a project. */
export interface ProjectWatch {
  /** Resolves at the next edit, with the moment it was seen (ms, `performance.now()`); at once when one was not asked for yet. */
  edited(): Promise<number>;
  end(): Promise<void>;
}

/**
 * Watches the files that perennial.config.ts reaches, those that are missing too, with esbuild, which knows them: it looks
 * about ten times a second, at up to a thousand files at least once in two seconds.
 */
export async function watchProject(project: string): Promise<ProjectWatch> {
  const { context, stop } = await import('esbuild');
  let seen: number | null = null;
  let rouse = (): void => undefined;
  const made = await context({
    entryPoints: [join(project, 'perennial.config.ts')],
    absWorkingDir: project,
    bundle: true,
    packages: 'external',
    platform: 'node',
    outfile: 'project.js',
    write: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'tell-edits',
        setup(build) {
          build.onStart(() => {
            seen ??= performance.now();
            rouse();
          });
        },
      },
    ],
  });
  await made.watch();
  return {
    async edited() {
      if (seen === null) {
        await new Promise<void>((resolve) => {
          rouse = resolve;
        });
      }
      const at = seen ?? performance.now();
      seen = null;
      return at;
    },
    async end() {
      await made.dispose();
      await stop();
    },
  };
}
