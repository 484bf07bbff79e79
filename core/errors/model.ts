import type { ErrorRow } from './error';

/** Errors of features, trainers, evaluation, the registry and admission. */
export const MODEL_ERRORS = {
  // 001 to 049: features, trainers, evaluation.
  PER_MODEL_001: {
    fault: 'user',
    retryable: false,
    title: 'A column is missing from the data set',
    fix: 'Name a column that the data set has, or collect the missing one.',
  },
  PER_MODEL_002: {
    fault: 'user',
    retryable: false,
    title: 'No rows to learn from',
    fix: 'Widen the window, or look into the quarantine for where the rows went.',
  },
  PER_MODEL_003: {
    fault: 'user',
    retryable: false,
    title: 'One class only',
    fix: 'Choose rows, or a label threshold, with both outcomes in them.',
  },
  PER_MODEL_004: {
    fault: 'user',
    retryable: false,
    title: 'A feature is missing in every row',
    fix: 'Remove the feature, or find out why its column came empty.',
  },
  PER_MODEL_005: {
    fault: 'user',
    retryable: false,
    title: 'A column has a type that its feature cannot take',
    fix: 'Change the kind of the feature, or the type that the column is collected as.',
  },
  PER_MODEL_006: {
    fault: 'user',
    retryable: false,
    title: 'A category has too many values',
    fix: 'Leave the column out, or bring its values together before training: at most 65,535 fit.',
  },
  PER_MODEL_007: {
    fault: 'engine',
    retryable: false,
    title: 'The exported model does not answer as the trainer does',
    fix: 'The artifact was refused. Report it with the data set digest: the two compilations of the features differ.',
  },
  PER_MODEL_008: {
    fault: 'user',
    retryable: false,
    title: 'A data set cannot be read as Parquet',
    fix: 'Collect it again: the file is damaged or is no Parquet file.',
  },
  PER_MODEL_009: {
    fault: 'engine',
    retryable: true,
    title: 'A training thread died',
    fix: 'Look at the memory of the machine, or train with fewer threads: the model is the same.',
  },
  PER_MODEL_010: {
    fault: 'user',
    retryable: false,
    title: 'A model cannot be loaded or run by ONNX Runtime',
    fix: 'Train the model again; if it comes from elsewhere, export it for the inputs that its features name.',
  },
  PER_MODEL_011: {
    fault: 'user',
    retryable: false,
    title: 'No labelled rows to judge on',
    fix: 'Judge on a window whose labels have arrived.',
  },
  // 050 on: admission of a model file.
  PER_MODEL_050: {
    fault: 'user',
    retryable: false,
    title: 'The model file has an impossible size',
    fix: 'Export a single-file ONNX model within the size limit.',
  },
  PER_MODEL_051: {
    fault: 'user',
    retryable: false,
    title: 'The model file is not well-formed ONNX',
    fix: 'Export it again with a current exporter; a truncated or hand-edited file does not pass.',
  },
  PER_MODEL_052: {
    fault: 'user',
    retryable: false,
    title: 'The model keeps data outside its file',
    fix: 'Export with all weights inside the file (no external data).',
  },
  PER_MODEL_053: {
    fault: 'user',
    retryable: false,
    title: 'The model carries local functions or training graphs',
    fix: 'Inline the functions before export (onnx.inliner) and leave training information out.',
  },
  PER_MODEL_054: {
    fault: 'user',
    retryable: false,
    title: 'The model uses an operator that is not served',
    fix: 'Use operators of the domains ai.onnx and ai.onnx.ml, without Loop, Scan or SequenceMap.',
  },
  PER_MODEL_055: {
    fault: 'user',
    retryable: false,
    title: 'A tensor of the model is not as large as it says',
    fix: 'Export the model again: its dimensions and its bytes must agree.',
  },
  PER_MODEL_056: {
    fault: 'user',
    retryable: false,
    title: 'The model is too deep or has too many parts',
    fix: 'Export a smaller graph, with conditional branches nested less deeply.',
  },
  PER_MODEL_057: {
    fault: 'user',
    retryable: false,
    title: 'The model has inputs or outputs that cannot be served',
    fix: 'Declare one [N,1] input a raw column (float, string or int64) and a float output named probability.',
  },
  PER_MODEL_058: {
    fault: 'user',
    retryable: false,
    title: 'ONNX Runtime refused the model',
    fix: 'Check the model with onnx.checker and the operator set that it declares.',
  },
  PER_MODEL_059: {
    fault: 'user',
    retryable: false,
    title: 'The model used too much time or memory, or ended the process that probed it',
    fix: 'Export a smaller model; a model that does not survive its probe is never served.',
  },
  PER_MODEL_060: {
    fault: 'user',
    retryable: false,
    title: 'The model does not answer probabilities as it should',
    fix: 'The output must be one finite number from 0 to 1 a row, equal to the golden rows where some are given.',
  },
  PER_MODEL_061: {
    fault: 'engine',
    retryable: false,
    title: 'The program that probes models is missing',
    fix: 'Build first: npm run build.',
  },
} as const satisfies Record<`PER_MODEL_${number}`, ErrorRow>;
