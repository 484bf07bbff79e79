import { defineQuery } from '@temporalio/workflow';
import type { RunStatus } from '../core/interpret';

/** What a run is doing: its nodes, and which approvals wait. null before it has begun. */
export const statusQuery = defineQuery<RunStatus | null>('status');
