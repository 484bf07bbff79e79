import {
  type Client,
  ScheduleClient,
  type ScheduleDescription,
  type ScheduleUpdateOptions,
  type WorkflowService,
} from '@temporalio/client';

type UpdateRequest = Parameters<WorkflowService['updateSchedule']>[0];

/**
 * Updates a schedule unless somebody has changed it since it was described: one who pauses it in that moment is not overwritten.
 * Temporal leaves such an update out without a word, so look again whether it was made. (The SDK's own update describes and writes
 * without saying what it has seen.)
 *
 * @param change what it becomes, by what it is
 */
export async function guardedUpdate(
  temporal: Client,
  schedule: string,
  change: (was: ScheduleDescription) => ScheduleUpdateOptions,
): Promise<void> {
  await new GuardedSchedules(temporal).updateUnchanged(schedule, change);
}

class GuardedSchedules extends ScheduleClient {
  private seen: Uint8Array | null = null;

  constructor({ connection, schedule }: Client) {
    super({ ...schedule.options, connection });
  }

  async updateUnchanged(schedule: string, change: (was: ScheduleDescription) => ScheduleUpdateOptions): Promise<void> {
    await this.getHandle(schedule).update((was) => {
      this.seen = was.raw.conflictToken ?? null;
      return change(was);
    });
  }

  override get workflowService(): WorkflowService {
    return new Proxy(super.workflowService, {
      get: (service, name): unknown => {
        if (name === 'updateSchedule')
          return (request: UpdateRequest) => service.updateSchedule({ ...request, conflictToken: this.seen });
        return Reflect.get(service, name);
      },
    });
  }
}
