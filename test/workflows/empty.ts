// A workflow that only uses the SDK: what its bundle weighs is the SDK's.
import { sleep } from '@temporalio/workflow';

export const nothing = (): Promise<void> => sleep(1);
