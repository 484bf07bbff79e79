import { perennialError } from '../../../core/errors';
import type { Message } from './wire';

/** Bytes of one element by TensorProto.DataType, and the field that holds it when raw_data does not. */
const ELEMENT: {
  readonly [dataType: number]: { readonly size: number; readonly field: number; readonly per?: number };
} = {
  1: { size: 4, field: 4 }, // float
  2: { size: 1, field: 5 }, // uint8
  3: { size: 1, field: 5 }, // int8
  4: { size: 2, field: 5 }, // uint16
  5: { size: 2, field: 5 }, // int16
  6: { size: 4, field: 5 }, // int32
  7: { size: 8, field: 7 }, // int64
  9: { size: 1, field: 5 }, // bool
  10: { size: 2, field: 5 }, // float16
  11: { size: 8, field: 10 }, // double
  12: { size: 4, field: 11 }, // uint32
  13: { size: 8, field: 11 }, // uint64
  14: { size: 8, field: 4, per: 2 }, // complex64
  15: { size: 16, field: 10, per: 2 }, // complex128
  16: { size: 2, field: 5 }, // bfloat16
};
const TEXT = 8;
const DATA_FIELDS = [4, 5, 6, 7, 9, 10, 11];
const MAX_RANK = 16;
const MAX_ELEMENTS = 1n << 31n;

/**
 * Refuses a constant that lies about its size or whose data lies elsewhere.
 *
 * @returns the bytes that it holds.
 */
export function checkTensor(tensor: Message): number {
  const name = `The tensor '${text(tensor.bytes.get(8)?.[0])}'`;
  if ((tensor.numbers.get(14)?.[0] ?? 0n) !== 0n || tensor.counts.has(13))
    throw perennialError('PER_MODEL_052', `${name} points to data outside the file.`);
  if (tensor.counts.has(3)) throw perennialError('PER_MODEL_055', `${name} is one segment of a larger one.`);
  const elements = countElements(tensor, name);
  const filled = DATA_FIELDS.filter((field) => (tensor.counts.get(field) ?? 0) > 0);
  if (filled.length > 1) throw perennialError('PER_MODEL_055', `${name} holds its data twice.`);
  const type = Number(tensor.numbers.get(2)?.[0] ?? 0n);
  if (type === TEXT) return checkTexts(tensor, name, elements);
  const element = ELEMENT[type];
  if (!element) throw perennialError('PER_MODEL_055', `${name} has the unknown data type ${type}.`);
  const raw = tensor.bytes.get(9)?.[0];
  const expected = raw ? elements * element.size : elements * (element.per ?? 1);
  const found = raw ? raw.length : (tensor.counts.get(element.field) ?? 0);
  if (found !== expected || (!raw && filled.some((field) => field !== element.field)))
    throw perennialError(
      'PER_MODEL_055',
      `${name} declares ${elements} elements but holds other data (${found} for ${expected}).`,
    );
  return elements * element.size;
}

function countElements(tensor: Message, name: string): number {
  const rank = tensor.counts.get(1) ?? 0;
  if (rank > MAX_RANK) throw perennialError('PER_MODEL_055', `${name} has ${rank} dimensions.`);
  let elements = 1n;
  for (const dim of tensor.numbers.get(1) ?? []) {
    elements *= dim; // unsigned: a negative dimension is a huge one here
    if (dim > MAX_ELEMENTS || elements > MAX_ELEMENTS)
      throw perennialError('PER_MODEL_055', `${name} declares an impossible dimension.`);
  }
  return Number(elements);
}

function checkTexts(tensor: Message, name: string, elements: number): number {
  const values = tensor.bytes.get(6) ?? [];
  if (tensor.counts.has(9) || values.length !== elements)
    throw perennialError('PER_MODEL_055', `${name} declares ${elements} texts but holds ${values.length}.`);
  return values.reduce((sum, value) => sum + value.length, 0);
}

/** A name out of the file, made fit for a message: printable and short. */
export function text(bytes: Uint8Array | undefined): string {
  if (!bytes) return '';
  return Buffer.from(bytes.subarray(0, 100))
    .toString('utf8')
    .replace(/[^\x20-\x7e]/g, '?');
}
