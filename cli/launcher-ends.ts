/**
 * Resolves when this command is told to end, or when the process that started it over a channel is gone; says how. A second
 * signal ends the command at once.
 */
export function launcherEnds(): Promise<string> {
  return new Promise((resolve) => {
    let told = 0;
    // Not `once`: a library that cleans up at signals ends the process when it finds nobody else listening.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        told += 1;
        if (told > 1) process.exit(1);
        resolve(signal);
      });
    process.once('disconnect', () => {
      resolve('the launcher is gone');
    });
    // Without a channel nothing else holds the event loop.
    setInterval(() => undefined, 60_000);
  });
}
