import type { ErrorRow } from './error';

/** Errors of features, trainers, evaluation, the registry and admission. */
export const MODEL_ERRORS = {
  PER_MODEL_001: {
    fault: 'user',
    retryable: false,
    title: 'a column is missing from the data set',
    fix: 'Name a column that the data set has, or collect the missing one.',
  },
  PER_MODEL_002: {
    fault: 'user',
    retryable: false,
    title: 'no rows to learn from',
    fix: 'Widen the window, or look into the quarantine for where the rows went.',
  },
  PER_MODEL_003: {
    fault: 'user',
    retryable: false,
    title: 'one class only',
    fix: 'Choose rows, or a label threshold, with both outcomes in them.',
  },
  PER_MODEL_004: {
    fault: 'user',
    retryable: false,
    title: 'a feature is missing in every row',
    fix: 'Remove the feature, or find out why its column came empty.',
  },
  PER_MODEL_005: {
    fault: 'user',
    retryable: false,
    title: 'a column has a type that its feature cannot take',
    fix: 'Change the kind of the feature, or the type that the column is collected as.',
  },
  PER_MODEL_006: {
    fault: 'user',
    retryable: false,
    title: 'a category has too many values',
    fix: 'Leave the column out, or bring its values together before training: at most 65,535 fit.',
  },
  PER_MODEL_007: {
    fault: 'engine',
    retryable: false,
    title: 'the exported model does not answer as the trainer does',
    fix: 'The artifact was refused. Report it with the data set digest: the two compilations of the features differ.',
  },
  PER_MODEL_008: {
    fault: 'user',
    retryable: false,
    title: 'a data set cannot be read as Parquet',
    fix: 'Collect it again: the file is damaged or is no Parquet file.',
  },
  PER_MODEL_009: {
    fault: 'engine',
    retryable: true,
    title: 'a training thread died',
    fix: 'Look at the memory of the machine, or train with fewer threads: the model is the same.',
  },
  PER_MODEL_010: {
    fault: 'user',
    retryable: false,
    title: 'a model cannot be loaded or run by ONNX Runtime',
    fix: 'Train the model again; if it comes from elsewhere, export it for the inputs that its features name.',
  },
  PER_MODEL_011: {
    fault: 'user',
    retryable: false,
    title: 'no labelled rows to judge on',
    fix: 'Judge on a window whose labels have arrived.',
  },
} as const satisfies Record<`PER_MODEL_${number}`, ErrorRow>;
