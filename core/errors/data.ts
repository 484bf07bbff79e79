import type { ErrorRow } from './error';

/** Errors of collect, clean, validate, version, split and the monitors' data. */
export const DATA_ERRORS = {
  PER_DATA_001: {
    fault: 'user',
    retryable: false,
    title: 'a source is not there',
    fix: 'Give a path that exists (relative to the project), or install the package that holds the file.',
  },
  PER_DATA_002: {
    fault: 'user',
    retryable: false,
    title: 'a file cannot be read as Parquet',
    fix: 'Get the file again: it is damaged, cut short, or no Parquet file.',
  },
  PER_DATA_003: {
    fault: 'user',
    retryable: false,
    title: 'a column is missing',
    fix: 'Name a column that is there, or add it to the data.',
  },
  PER_DATA_004: {
    fault: 'user',
    retryable: false,
    title: 'a column has another type than it was declared with',
    fix: 'Declare the type that the column has, or convert it where the file is written.',
  },
  PER_DATA_005: {
    fault: 'user',
    retryable: false,
    title: 'a window has no rows',
    fix: 'Choose a window inside the time range of the source.',
  },
  PER_DATA_006: {
    fault: 'engine',
    retryable: false,
    title: 'cleaning lost or made rows',
    fix: 'Report it with the digest of the data set: clean, quarantined and duplicate rows must add up to the rows in.',
  },
  PER_DATA_007: {
    fault: 'user',
    retryable: false,
    title: 'a data set breaks its expectations',
    fix: 'Look at the report, then repair the data, or change the expectation if it asks too much.',
  },
  PER_DATA_008: {
    fault: 'user',
    retryable: false,
    title: 'a split leaves one part empty',
    fix: 'Choose another share or instant, or collect more rows.',
  },
  PER_DATA_009: {
    fault: 'user',
    retryable: false,
    title: 'a pattern is no regular expression',
    fix: 'Write it in the syntax of RE2 (no look-around, no back-references).',
  },
  PER_DATA_010: {
    fault: 'engine',
    retryable: true,
    title: 'a query needed more memory than it may have',
    fix: 'Give the worker more memory, or work on a smaller window.',
  },
  PER_DATA_011: {
    fault: 'engine',
    retryable: true,
    title: 'a query over a data set failed',
    fix: 'Look at the cause; a full disk is the most common one.',
  },
  PER_DATA_012: {
    fault: 'user',
    retryable: false,
    title: 'a rule does not fit the type of its column',
    fix: 'Use a rule for that type, or collect the column as another type.',
  },
  PER_DATA_013: {
    fault: 'engine',
    retryable: false,
    title: 'a prediction segment cannot be read',
    fix: 'Report it with the digest: closed segments are whole, so its lines were not written by serving.',
  },
  PER_DATA_014: {
    fault: 'engine',
    retryable: false,
    title: 'a model version cannot be judged',
    fix: 'Register the version again: its reference profile or evaluation is missing or not readable.',
  },
  PER_DATA_015: {
    fault: 'user',
    retryable: false,
    title: 'two columns have the same name',
    fix: 'Rename one of them.',
  },
  PER_DATA_060: {
    fault: 'user',
    retryable: false,
    title: 'an expectation compares with a data set that was not handed over',
    fix: 'Hand the data set to `validate` in `against`, under the name that the expectation gives it.',
  },
  PER_DATA_061: {
    fault: 'user',
    retryable: false,
    title: 'a condition in SQL cannot be used',
    fix: 'Write one expression over the columns of the data set that is true or false: no statement, no semicolon.',
  },
  PER_DATA_070: {
    fault: 'user',
    retryable: false,
    title: 'no such data set version',
    fix: 'Give a digest, or its beginning, as `perennial data list` shows it.',
  },
  PER_DATA_071: {
    fault: 'user',
    retryable: false,
    title: 'the beginning of a digest names several',
    fix: 'Give more of its characters.',
  },
} as const satisfies Record<`PER_DATA_${number}`, ErrorRow>;
