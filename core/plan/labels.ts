/** Most tags of one node. */
const MOST_TAGS = 10;

/** Why a priority is none; null: it is one. */
export function priorityFault(priority: number | undefined): string | null {
  if (priority === undefined || (Number.isInteger(priority) && priority >= 1 && priority <= 5)) return null;
  return `has the priority ${priority}`;
}

/** Why tags are none; null: they are. */
export function tagsFault(tags: readonly string[] | undefined): string | null {
  if (tags === undefined) return null;
  if (tags.length > MOST_TAGS) return `has ${tags.length} tags`;
  const wrong = tags.find((tag) => !/^[A-Za-z0-9][A-Za-z0-9._:=/-]{0,49}$/.test(tag));
  return wrong === undefined ? null : `has the tag ${JSON.stringify(wrong)}`;
}
