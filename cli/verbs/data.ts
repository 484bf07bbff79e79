import type { Command } from 'commander';
import { registerDataLineage } from './data-lineage';
import { registerDataList } from './data-list';
import { registerDataShow } from './data-show';

/** `perennial data list | show | lineage`. */
export function registerData(program: Command): void {
  const data = program.command('data').description('data set versions: what is in them, and where they came from');
  registerDataList(data);
  registerDataShow(data);
  registerDataLineage(data);
}
