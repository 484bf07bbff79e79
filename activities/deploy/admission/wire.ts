import { perennialError } from '../../../core/errors';

/** How a field of a protobuf message is written. `packed` numbers may come one by one or as one block. */
export type Kind =
  | { readonly is: 'varint' | 'fixed32' | 'fixed64' | 'bytes'; readonly many?: boolean }
  | { readonly is: 'message'; readonly of: () => Schema; readonly many?: boolean };

/** A message's known fields by number. A field that is not here makes the file refused: it could say anything. */
export interface Schema {
  readonly name: string;
  readonly fields: { readonly [number: number]: Kind };
}

/** A message read: nested messages and bytes by field number, numbers as they came, and how many numbers each held. */
export interface Message {
  readonly schema: Schema;
  readonly messages: ReadonlyMap<number, readonly Message[]>;
  readonly bytes: ReadonlyMap<number, readonly Uint8Array[]>;
  /** Numbers of varint fields, capped; `counts` has the true count. */
  readonly numbers: ReadonlyMap<number, readonly bigint[]>;
  readonly counts: ReadonlyMap<number, number>;
}

/** Limits of one reading. */
export interface WireLimits {
  readonly depth: number;
  /** Messages and byte fields in all. */
  readonly parts: number;
}

/** Numbers kept of one field; tensors' dimensions and enumerations are far fewer. */
const KEPT_NUMBERS = 64;

interface Reading {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly limits: WireLimits;
  parts: number;
}

/**
 * Reads protobuf strictly: only known fields, each with its own wire type, a singular field at most once. Protobuf
 * readers differ in what they make of the rest (the first, the last or a merge of two graphs), and a file that two
 * readers understand differently could pass one and harm the other. Large blocks are counted, not copied.
 *
 * @throws PER_MODEL_051 when it is not such a file, PER_MODEL_056 above a limit.
 */
export function readWire(bytes: Uint8Array, schema: Schema, limits: WireLimits): Message {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readMessage({ bytes, view, limits, parts: 0 }, schema, 0, bytes.length, 0);
}

interface Building extends Message {
  readonly messages: Map<number, Message[]>;
  readonly bytes: Map<number, Uint8Array[]>;
  readonly numbers: Map<number, bigint[]>;
  readonly counts: Map<number, number>;
}

function readMessage(reading: Reading, schema: Schema, from: number, to: number, depth: number): Message {
  if (depth > reading.limits.depth)
    throw perennialError('PER_MODEL_056', `Messages are nested more than ${reading.limits.depth} deep.`);
  const message: Building = {
    schema,
    messages: new Map(),
    bytes: new Map(),
    numbers: new Map(),
    counts: new Map(),
  };
  let at = from;
  while (at < to) {
    const tag = readVarint(reading, at, to);
    at = readField(reading, message, tag.value, tag.next, to, depth);
  }
  return message;
}

function readField(reading: Reading, into: Building, tag: bigint, at: number, to: number, depth: number): number {
  const number = Number(tag >> 3n);
  const wireType = Number(tag & 7n);
  const kind = into.schema.fields[number];
  if (!kind) throw malformed(`${into.schema.name} has the unknown field ${number}.`);
  if (++reading.parts > reading.limits.parts)
    throw perennialError('PER_MODEL_056', `The file has more than ${reading.limits.parts} fields.`);
  const before = into.counts.get(number) ?? 0;
  if (before > 0 && kind.many !== true) throw malformed(`${into.schema.name} has field ${number} twice.`);
  if (wireType === 2) return readBlock(reading, into, number, kind, at, to, depth);
  if (wireType !== WIRE_TYPE[kind.is])
    throw malformed(`${into.schema.name} field ${number} is written as another type.`);
  into.counts.set(number, before + 1);
  if (wireType !== 0) return within(at + (wireType === 5 ? 4 : 8), to);
  const { value, next } = readVarint(reading, at, to);
  keepNumber(into, number, value);
  return next;
}

const WIRE_TYPE = { varint: 0, fixed64: 1, bytes: 2, message: 2, fixed32: 5 } as const;

function readBlock(
  reading: Reading,
  into: Building,
  number: number,
  kind: Kind,
  at: number,
  to: number,
  depth: number,
): number {
  const length = readVarint(reading, at, to);
  if (length.value > BigInt(to - length.next)) throw malformed(`${into.schema.name} field ${number} is cut off.`);
  const start = length.next;
  const end = start + Number(length.value);
  if (kind.is === 'message') {
    append(into.messages, number, readMessage(reading, kind.of(), start, end, depth + 1));
  } else if (kind.is === 'bytes') {
    append(into.bytes, number, reading.bytes.subarray(start, end));
  } else {
    if (kind.many !== true) throw malformed(`${into.schema.name} field ${number} is written as another type.`);
    readPacked(reading, into, number, kind.is, start, end);
    return end;
  }
  into.counts.set(number, (into.counts.get(number) ?? 0) + 1);
  return end;
}

function readPacked(
  reading: Reading,
  into: Building,
  number: number,
  is: 'varint' | 'fixed32' | 'fixed64',
  start: number,
  end: number,
): void {
  const before = into.counts.get(number) ?? 0;
  if (is !== 'varint') {
    const size = is === 'fixed32' ? 4 : 8;
    if ((end - start) % size !== 0) throw malformed(`${into.schema.name} field ${number} is cut off.`);
    into.counts.set(number, before + (end - start) / size);
    return;
  }
  let count = before;
  for (let at = start; at < end; count++) {
    if (count < KEPT_NUMBERS) {
      const { value, next } = readVarint(reading, at, end);
      keepNumber(into, number, value);
      at = next;
    } else at = skipVarint(reading, at, end);
  }
  into.counts.set(number, count);
}

function readVarint(reading: Reading, at: number, to: number): { value: bigint; next: number } {
  const next = skipVarint(reading, at, to);
  let value = 0n;
  for (let i = next - 1; i >= at; i--) value = (value << 7n) | BigInt(reading.view.getUint8(i) & 0x7f);
  return { value: BigInt.asUintN(64, value), next };
}

function skipVarint(reading: Reading, at: number, to: number): number {
  for (let i = at; i < to && i < at + 10; i++) if (reading.view.getUint8(i) < 0x80) return i + 1;
  throw malformed('A number is cut off or too long.');
}

function within(at: number, to: number): number {
  if (at > to) throw malformed('A number is cut off.');
  return at;
}

function keepNumber(into: Building, number: number, value: bigint): void {
  const kept = into.numbers.get(number);
  if (!kept) into.numbers.set(number, [value]);
  else if (kept.length < KEPT_NUMBERS) kept.push(value);
}

function append<T>(map: Map<number, T[]>, number: number, value: T): void {
  const list = map.get(number);
  if (list) list.push(value);
  else map.set(number, [value]);
}

function malformed(detail: string): Error {
  return perennialError('PER_MODEL_051', detail);
}
