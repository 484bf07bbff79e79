import type { Expectation } from '../../steps/expectations';
import { compileAboutAll } from './about-all';
import { compileAboutColumns } from './about-columns';
import { compileAboutFigures } from './about-figures';
import { compilePredictsLabel } from './about-label';
import { compileAboutOrder } from './about-order';
import { compileAboutReference } from './about-reference';
import { compileAboutRows } from './about-rows';
import type { Compiled, Judging } from './judged';

/**
 * An expectation as SQL over a data set.
 *
 * @param key begins the names of its parameters
 * @throws PER_DATA_003 PER_DATA_012 PER_DATA_060
 */
export function compile(expectation: Expectation, on: Judging, key: string): Compiled {
  switch (expectation.kind) {
    case 'row-count':
    case 'columns':
    case 'type':
    case 'unique':
    case 'distinct-count':
    case 'distinct-share':
      return compileAboutAll(expectation, on);
    case 'mean':
    case 'std':
    case 'sum':
    case 'quantile':
    case 'class-balance':
    case 'category-share':
      return compileAboutFigures(expectation, on, key);
    case 'columns-differ':
    case 'compare':
    case 'adds-up':
    case 'required-when':
    case 'sql':
      return compileAboutColumns(expectation, on, key);
    case 'monotonic':
    case 'fresh':
    case 'every-day':
      return compileAboutOrder(expectation, on, key);
    case 'row-count-change':
    case 'same-schema':
    case 'foreign-key':
    case 'known-values':
    case 'no-overlap':
    case 'later-than':
      return compileAboutReference(expectation, on, key);
    case 'predicts-label':
      return compilePredictsLabel(expectation, on, key);
    default:
      return compileAboutRows(expectation, on, key);
  }
}
