// Danger: every worker and command pays for loading the S3 client, though few ever ask S3.
import { collectSteps } from '../../../activities/collect';
import { connectS3 } from '../../../activities/collect/s3/connect-s3';

jest.mock('@aws-sdk/client-s3', () => {
  throw new Error('the S3 client is loaded');
});

test('the S3 client is loaded with the first bucket that is asked, and not with the step', async () => {
  expect(Object.keys(collectSteps)).not.toHaveLength(0);
  const place = { bucket: 'lake', connection: null, allowed: [], stall: 1_000, region: undefined, endpoint: undefined };
  await expect(connectS3(place)).rejects.toThrow('the S3 client is loaded');
});
