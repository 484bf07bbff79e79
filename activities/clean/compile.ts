import type { CleaningRule } from '../../steps/cleaning-rules';
import { compileForwardFill, compileLookUp } from './about-others';
import { compileMap, compileParse, compileReplace, compileTexts } from './about-texts';
import { compileClip, compileImpute, compileOutliers, compileRepair } from './about-values';
import type { Change, Cleaning } from './change';

/**
 * A cleaning rule as SQL over the rows that those before it left.
 *
 * @throws PER_DATA_003 PER_DATA_009 PER_DATA_012 PER_DATA_015 PER_DATA_061 PER_DATA_085 PER_DATA_087 PER_DATA_088
 */
export async function compile(rule: CleaningRule, on: Cleaning): Promise<Change> {
  switch (rule.kind) {
    case 'parse':
      return compileParse(rule, on);
    case 'trim':
    case 'case':
    case 'nfc':
      return compileTexts(rule, on);
    case 'replace':
      return compileReplace(rule, on);
    case 'map':
      return compileMap(rule, on);
    case 'impute':
      return compileImpute(rule, on);
    case 'clip':
      return compileClip(rule, on);
    case 'repair':
      return compileRepair(rule, on);
    case 'look-up':
      return compileLookUp(rule, on);
    case 'forward-fill':
      return compileForwardFill(rule, on);
    case 'outliers':
      return compileOutliers(rule, on);
  }
}
