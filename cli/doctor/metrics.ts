import type { StackFile } from '../../workers/embedded/stack-file';
import { check, type Finding } from './finding';

const NAME = 'metrics';

/** ms that a scrape may take. */
const PATIENCE = 5_000;

/** Whether the parts of the stack that runs say their metrics, and where. */
export async function checkMetrics(stack: Pick<StackFile, 'addresses' | 'token' | 'state'> | null): Promise<Finding> {
  const urls = Object.entries(stack?.addresses.metrics ?? {});
  if (stack === null || urls.length === 0) {
    const found = 'no stack of `perennial up` to ask; a worker serves them with --metrics-port';
    return { check: NAME, status: 'skipped', found, fix: '' };
  }
  const fix = `Read the logs in ${stack.state}: a port that another program took is tried again and again.`;
  return check(NAME, fix, async () => {
    const asked = await Promise.all(urls.map(async ([, url]) => ({ url, says: await says(url, stack.token) })));
    const silent = asked.filter((one) => !one.says).map(({ url }) => url);
    if (silent.length > 0) return { status: 'warn', found: `silent: ${silent.join(', ')}`, fix };
    return { status: 'ok', found: asked.map(({ url }) => url).join(', '), fix: '' };
  });
}

async function says(url: string, token: string): Promise<boolean> {
  try {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE) });
    return answer.ok && (await answer.text()).includes('# TYPE ');
  } catch {
    return false;
  }
}
