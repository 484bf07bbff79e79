// Danger: a full disk is told as a fault of the pipeline and never tried again, or a bad value that merely has its words is
// taken for a full disk and tried for ever.
import { fullDisk } from '../../../core/full-disk';

const failure = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code !== undefined && { code });

// As the system and DuckDB 1.5 said it, under a limit for files and one for temporary files.
test.each([
  [failure('ENOSPC: no space left on device, write', 'ENOSPC'), 'ENOSPC'],
  [failure('EDQUOT: disk quota exceeded, write', 'EDQUOT'), 'EDQUOT'],
  [failure('EFBIG: file too large, write', 'EFBIG'), 'EFBIG'],
  [failure('IO Error: Could not write file "/tmp/o.parquet": File too large'), 'File too large'],
  [failure('IO Error: Could not write file "/a: b/tmp.tmp": No space left on device'), 'No space left on device'],
  [failure('IO Error: Cannot open file "/tmp/o.parquet": Disk quota exceeded'), 'Disk quota exceeded'],
  [
    failure(
      "Out of Memory Error: failed to offload data block of size 256.0 KiB (4.9 MiB/4.7 MiB used).\nThis limit was set by the 'max_temp_directory_size' setting.",
    ),
    'max_temp_directory_size',
  ],
])('%s is a disk that takes no more', (error, words) => {
  const told = fullDisk(error, 'rows.csv');
  expect([told?.code, told?.retryable, told?.cause]).toEqual(['PER_DATA_100', true, error]);
  expect(told?.message).toContain(`The disk takes no more of rows.csv: ${words}.`);
});

test.each([
  "Conversion Error: Could not convert string 'File too large' to INT32\n\nLINE 1: select cast('File too large' as int)",
  'Invalid Input Error: No space left on device',
  'Invalid Input Error: Could not write file "a": No space left on device',
  'IO Error: No files found that match the pattern "/in/File too large"',
  'IO Error: Cannot open file "/in/Disk quota exceeded": No such file or directory',
  `Catalog Error: unrecognized configuration parameter "max_temp_directory_sizes"\n\nDid you mean: "max_temp_directory_size"`,
  'Row 3 has "ENOSPC" in column x.',
])('%j only has its words', (message) => {
  expect(fullDisk(new Error(message), 'rows.csv')).toBeNull();
});

test.each([null, undefined, 'No space left on device', 28, {}])('%j is no error of a disk', (thrown) => {
  expect(fullDisk(thrown, 'rows.csv')).toBeNull();
});
