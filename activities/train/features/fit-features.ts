import { DuckDBBigIntVector, DuckDBFloatVector, DuckDBVarCharVector } from '@duckdb/node-api';
import type { CategoryFeature, FeatureSpec, Label, NumberFeature } from '../../../steps/features';
import type { FittedFeatures, FittedNumber } from './encoded';
import { fitNumber, isFitted } from './fit-number';
import { type ParquetFile, readChunks } from './parquet';
import { labelSql, presentNumberSql, textSql } from './sql';
import { fitVocabulary, type Vocabulary } from './vocabulary';

/**
 * Fits what a spec has to learn on the labelled rows of a file: the vocabulary of each category, bounds and stand-ins of
 * numbers. It depends on the rows alone, neither on their order nor on threads.
 *
 * @throws PER_MODEL_001, PER_MODEL_005, PER_MODEL_006, PER_MODEL_008, PER_DATA_089, PER_DATA_090
 */
export async function fitFeatures(file: ParquetFile, spec: FeatureSpec, label: Label): Promise<FittedFeatures> {
  const vocabularies = new Map<string, Vocabulary>();
  const numbers = new Map<string, FittedNumber>();
  for (const feature of spec.features) {
    if (feature.kind === 'category') vocabularies.set(feature.name, await fitCategory(file, feature, label));
    if (feature.kind !== 'number') continue;
    const values = isFitted(feature) ? await readNumber(file, feature, label) : new Float32Array();
    numbers.set(feature.name, fitNumber(feature, values));
  }
  return { spec, vocabularies, numbers };
}

async function fitCategory(file: ParquetFile, feature: CategoryFeature, label: Label): Promise<Vocabulary> {
  const counts = new Map<string, number>();
  const text = textSql(file, feature);
  const query = `SELECT ${text}, count(*) FROM read_parquet($path) WHERE ${labelSql(file, label)} IS NOT NULL AND ${text} IS NOT NULL GROUP BY ALL`;
  await readChunks(file.connection, query, { path: file.path }, ([spellings, rows], _first, count) => {
    if (!(spellings instanceof DuckDBVarCharVector && rows instanceof DuckDBBigIntVector)) throw unexpected();
    for (let i = 0; i < count; i++) counts.set(spellings.getItem(i) ?? '', Number(rows.getItem(i) ?? 0));
  });
  return fitVocabulary(feature, counts.keys(), counts);
}

/** A number by labelled row, before clipping; NaN is missing. */
async function readNumber(file: ParquetFile, feature: NumberFeature, label: Label): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  const query = `SELECT ${presentNumberSql(file, feature)} FROM read_parquet($path) WHERE ${labelSql(file, label)} IS NOT NULL`;
  const rows = await readChunks(file.connection, query, { path: file.path }, ([vector], _first, count) => {
    if (!(vector instanceof DuckDBFloatVector)) throw unexpected();
    parts.push(Float32Array.from({ length: count }, (_, i) => vector.getItem(i) ?? NaN));
  });
  const values = new Float32Array(rows);
  let first = 0;
  for (const part of parts) {
    values.set(part, first);
    first += part.length;
  }
  return values;
}

function unexpected(): TypeError {
  return new TypeError('DuckDB answered with other types than it was asked for');
}
