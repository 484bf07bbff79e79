/** A list with an id and two moments keeps within so many columns; in fewer it says less. */
const WIDE = 130;

/** How the lists of the command say things in the columns that there are. Without a terminal nothing is left out. */
export interface Cells {
  /** `2026-02-01T02:11Z`, of a date alone `2026-02-01`. */
  readonly moment: (time: string) => string;
}

/** @param width columns of the terminal; null: there is none */
export function cellsFor(width: number | null): Cells {
  if (width === null || width >= WIDE) return { moment: (time) => time };
  return {
    moment: (time) => time.replace(/T00:00:00\.000Z$/, '').replace(/(T\d\d:\d\d):\d\d(\.\d+)?Z$/, '$1Z'),
  };
}
