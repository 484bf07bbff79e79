/** Ends the stack that setup.ts started, and waits until it is down, so that the next run finds the state folder free. */
export default async function teardown(): Promise<void> {
  const child = globalThis.perennialTestStack;
  if (child === undefined || child.exitCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
