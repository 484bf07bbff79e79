/** The bytes that files which come beside each other may have in all. */
export interface Room {
  readonly most: number;
  /** The part of one more file. */
  part(): RoomPart;
}

/** What one file takes of a {@link Room}. */
export interface RoomPart {
  readonly most: number;
  /**
   * Takes as many bytes, before they come, in place of what it took before. Refused, it takes what it took before.
   *
   * @returns the bytes that all have taken with these; more than there are: refused
   */
  take(bytes: number): number;
}

/**
 * A room that files share: what one has taken another cannot have, even where neither has come yet.
 *
 * @example
 * const room = sharedRoom(100);
 * room.part().take(60); // 60
 * room.part().take(60); // 120: refused
 */
export function sharedRoom(most: number): Room {
  let taken = 0;
  return {
    most,
    part() {
      let own = 0;
      return {
        most,
        take(bytes) {
          const all = taken - own + bytes;
          if (all <= most) [taken, own] = [all, bytes];
          return all;
        },
      };
    },
  };
}
