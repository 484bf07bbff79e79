/**
 * A program of its own: `node sdk-downloader.js <folder>` lets the SDK download the Temporal CLI into the folder. The
 * SDK does that only while it starts a server, so one is started and ended.
 */
async function main(folder: string): Promise<void> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: folder }, log: { format: 'json', level: 'never' } },
  });
  await environment.teardown();
}

const folder = process.argv[2];
if (folder === undefined) throw new Error('the folder to download into is missing');
main(folder).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
