import type { ErrorRow } from './error';

/** Errors of features, trainers, evaluation, the registry and admission. */
export const MODEL_ERRORS = {
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
} as const satisfies Record<`PER_MODEL_${number}`, ErrorRow>;
