import { perennialError } from '../../../core/errors';
import type { Column, ColumnType } from '../../../core/signature';
import { Model } from './onnx-schema';
import { checkTensor, text } from './tensors';
import { type Message, readWire } from './wire';

/** What the static walk found. */
export interface ModelFacts {
  /** Graph inputs that are not constants: the raw columns. */
  readonly inputs: readonly Column[];
  readonly nodes: number;
  /** Bytes of all constants. */
  readonly constantBytes: number;
  readonly operatorSets: { readonly [domain: string]: number };
}

const MAX_BYTES = 256 * 2 ** 20;
const MAX_NODES = 20_000;
const MAX_INPUTS = 1_000;
const MAX_BRANCH_DEPTH = 3;
const WIRE = { depth: 32, parts: 4_000_000 };
const DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml']);
/** Operators that run a graph of their own for as long as they please. */
const ENDLESS = new Set(['Loop', 'Scan', 'SequenceMap']);
const COLUMN_TYPE: { readonly [elementType: number]: ColumnType } = { 1: 'number', 7: 'timestamp', 8: 'text' };
const FLOAT = 1;

interface Tally {
  readonly domains: ReadonlySet<string>;
  nodes: number;
  constantBytes: number;
}

/**
 * Looks through a model file without running anything of it: its parts, sizes, operators and border.
 *
 * @throws PER_MODEL_050 to PER_MODEL_057, each naming the part that is refused.
 */
export function walk(bytes: Uint8Array): ModelFacts {
  if (bytes.length === 0) throw perennialError('PER_MODEL_050', 'The model file is empty.');
  if (bytes.length > MAX_BYTES)
    throw perennialError('PER_MODEL_050', `The model file has ${bytes.length} bytes; the limit is ${MAX_BYTES}.`);
  const model = readWire(bytes, Model, WIRE);
  if (model.counts.has(25))
    throw perennialError('PER_MODEL_053', `It has ${model.counts.get(25) ?? 0} local functions.`);
  if (model.counts.has(20)) throw perennialError('PER_MODEL_053', 'It has training information.');
  const graph = model.messages.get(7)?.[0];
  if (!graph || !model.counts.has(1)) throw perennialError('PER_MODEL_051', 'It has no graph or no IR version.');
  const operatorSets = readOperatorSets(model);
  const tally: Tally = { domains: new Set(Object.keys(operatorSets)), nodes: 0, constantBytes: 0 };
  checkGraph(graph, tally, 0);
  checkOutput(graph);
  return { inputs: readInputs(graph), nodes: tally.nodes, constantBytes: tally.constantBytes, operatorSets };
}

function readOperatorSets(model: Message): { [domain: string]: number } {
  const sets: { [domain: string]: number } = {};
  for (const set of model.messages.get(8) ?? []) {
    const domain = text(set.bytes.get(1)?.[0]);
    checkDomain(domain, 'The model');
    sets[domain] = Number(set.numbers.get(2)?.[0] ?? 0n);
  }
  if (Object.keys(sets).length === 0) throw perennialError('PER_MODEL_051', 'It imports no operator set.');
  return sets;
}

function checkDomain(domain: string, who: string): void {
  if (!DOMAINS.has(domain)) throw perennialError('PER_MODEL_054', `${who} uses the operator domain '${domain}'.`);
}

function checkGraph(graph: Message, tally: Tally, depth: number): void {
  if (depth > MAX_BRANCH_DEPTH)
    throw perennialError('PER_MODEL_056', `Conditional branches are nested more than ${MAX_BRANCH_DEPTH} deep.`);
  if (graph.counts.has(15)) throw perennialError('PER_MODEL_055', 'It has sparse constants, which are not served.');
  for (const tensor of graph.messages.get(5) ?? []) tally.constantBytes += checkTensor(tensor);
  for (const node of graph.messages.get(1) ?? []) checkNode(node, tally, depth);
}

function checkNode(node: Message, tally: Tally, depth: number): void {
  if (++tally.nodes > MAX_NODES) throw perennialError('PER_MODEL_056', `It has more than ${MAX_NODES} nodes.`);
  const operator = text(node.bytes.get(4)?.[0]);
  const who = `The node '${text(node.bytes.get(3)?.[0])}' (${operator})`;
  const domain = text(node.bytes.get(7)?.[0]);
  checkDomain(domain, who);
  const isImported = tally.domains.has(domain) || (domain === 'ai.onnx' && tally.domains.has(''));
  if (!isImported) throw perennialError('PER_MODEL_051', `${who} is of the domain '${domain}', which is not imported.`);
  if (ENDLESS.has(operator)) throw perennialError('PER_MODEL_054', `${who} may run without end.`);
  for (const attribute of node.messages.get(5) ?? []) {
    if (attribute.counts.has(21)) throw perennialError('PER_MODEL_053', `${who} refers to a function's attribute.`);
    if (attribute.counts.has(22) || attribute.counts.has(23))
      throw perennialError('PER_MODEL_055', `${who} has a sparse constant, which is not served.`);
    for (const tensor of [...(attribute.messages.get(5) ?? []), ...(attribute.messages.get(10) ?? [])])
      tally.constantBytes += checkTensor(tensor);
    const graphs = [...(attribute.messages.get(6) ?? []), ...(attribute.messages.get(11) ?? [])];
    if (graphs.length > 0 && operator !== 'If') throw perennialError('PER_MODEL_054', `${who} carries a graph.`);
    for (const branch of graphs) checkGraph(branch, tally, depth + 1);
  }
}

/** A graph input that names a constant too is that constant's old-style declaration, not a column. */
function readInputs(graph: Message): Column[] {
  const constants = new Set((graph.messages.get(5) ?? []).map((tensor) => fullName(tensor.bytes.get(8)?.[0])));
  const inputs = (graph.messages.get(11) ?? []).filter((info) => !constants.has(fullName(info.bytes.get(1)?.[0])));
  if (inputs.length === 0 || inputs.length > MAX_INPUTS)
    throw perennialError('PER_MODEL_057', `It has ${inputs.length} inputs.`);
  const columns = inputs.map(readColumn);
  if (new Set(columns.map((c) => c.name)).size < columns.length)
    throw perennialError('PER_MODEL_057', 'Two inputs have the same name.');
  return columns;
}

function readColumn(info: Message): Column {
  const name = fullName(info.bytes.get(1)?.[0]);
  const type = COLUMN_TYPE[elementTypeOf(info)];
  if (name === '' || name.length > 200 || !type)
    throw perennialError(
      'PER_MODEL_057',
      `The input '${name.slice(0, 100)}' has no name or no type that can be served.`,
    );
  const shape = info.messages.get(2)?.[0]?.messages.get(1)?.[0]?.messages.get(2)?.[0];
  const dims = shape?.messages.get(1);
  if (dims && (dims.length !== 2 || dims[0]?.counts.has(1) === true || (dims[1]?.numbers.get(1)?.[0] ?? 1n) !== 1n))
    throw perennialError('PER_MODEL_057', `The input '${name.slice(0, 100)}' has not the shape [N,1].`);
  return { name, type };
}

function checkOutput(graph: Message): void {
  const output = (graph.messages.get(12) ?? []).find((info) => text(info.bytes.get(1)?.[0]) === 'probability');
  if (!output || elementTypeOf(output) !== FLOAT)
    throw perennialError('PER_MODEL_057', "It has no float output named 'probability'.");
}

function elementTypeOf(info: Message): number {
  const type = info.messages.get(2)?.[0];
  if (!type || [4, 5, 8, 9].some((other) => type.counts.has(other))) return 0;
  return Number(type.messages.get(1)?.[0]?.numbers.get(1)?.[0] ?? 0n);
}

function fullName(bytes: Uint8Array | undefined): string {
  return bytes ? Buffer.from(bytes).toString('utf8') : '';
}
