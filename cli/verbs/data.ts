import type { Command } from 'commander';
import { registerDataCollections } from './data-collections';
import { registerDataDiff } from './data-diff';
import { registerDataGc } from './data-gc';
import { registerDataLineage } from './data-lineage';
import { registerDataList } from './data-list';
import { registerDataPin, registerDataUnpin } from './data-pin';
import { registerDataShow } from './data-show';
import { registerDataSuites } from './data-suites';
import { registerDataTag } from './data-tag';

/** `perennial data list | show | collections | lineage | diff | suites | pin | unpin | tag | gc`. */
export function registerData(program: Command): void {
  const data = program.command('data').description('data set versions: what is in them, and where they came from');
  registerDataList(data);
  registerDataShow(data);
  registerDataCollections(data);
  registerDataLineage(data);
  registerDataDiff(data);
  registerDataSuites(data);
  registerDataPin(data);
  registerDataUnpin(data);
  registerDataTag(data);
  registerDataGc(data);
}
