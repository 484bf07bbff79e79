/** A row to join to; null: it has none. Instants in milliseconds. */
export interface Asking {
  readonly key: string | null;
  readonly at: number | null;
}

/** A record of features, at its place in the file. */
export interface Told {
  readonly key: string | null;
  readonly event: number | null;
  readonly known: number | null;
  readonly value: number | null;
}

export interface Answer {
  readonly value: number | null;
  readonly outcome: 'matched' | 'tooOld' | 'notYetKnown' | 'absent' | 'unasked';
  readonly withheld: boolean;
}

interface Placed {
  readonly event: number;
  readonly known: number;
  readonly place: number;
  readonly value: number | null;
}

/** What a join as of a moment means, row by row and record by record. */
export function naiveAnswer({ key, at }: Asking, told: readonly Told[], maxAge: number | null): Answer {
  if (key === null || at === null) return { value: null, outcome: 'unasked', withheld: false };
  const before = told.flatMap((record, place): Placed[] => {
    const { event, known, value } = record;
    return record.key === key && event !== null && known !== null && event <= at
      ? [{ event, known, place, value }]
      : [];
  });
  const isFresh = ({ event }: Placed): boolean => maxAge === null || at - event <= maxAge;
  const best = latest(before.filter(({ known }) => known <= at));
  const ofEventAlone = latest(before);
  const withheld = ofEventAlone !== undefined && ofEventAlone.known > at && isFresh(ofEventAlone);
  if (best === undefined) {
    return { value: null, outcome: before.length > 0 ? 'notYetKnown' : 'absent', withheld };
  }
  const matched = isFresh(best);
  return { value: matched ? best.value : null, outcome: matched ? 'matched' : 'tooOld', withheld };
}

/** The latest event; of its revisions the one known last; of those the last in the file. */
function latest(records: readonly Placed[]): Placed | undefined {
  return [...records].sort((a, b) => a.event - b.event || a.known - b.known || a.place - b.place).at(-1);
}
