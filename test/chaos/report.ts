/** What a chaos test found, as its one line of JSON says it. */
export interface Found {
  readonly name: string;
  /** null where nothing is drawn at random. */
  readonly seed: number | null;
  readonly injected: number;
  /** Faults that were seen to have hit what they were aimed at. */
  readonly landed: number;
  readonly minimumLanded: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly controls: Readonly<Record<string, 'failed as it must' | 'DID NOT FAIL'>>;
}

/** Counts what a file of chaos tests does and finds; its last test closes it. */
export class ChaosReport {
  private injected = 0;
  private landed = 0;
  private lost = 0;
  private duplicated = 0;
  private readonly controls: Record<string, 'failed as it must' | 'DID NOT FAIL'> = {};

  constructor(
    private readonly name: string,
    private readonly bounds: { readonly seed: number | null; readonly minimumLanded: number },
  ) {}

  /** A fault is injected now; call the answer when it has been seen whether it hit. */
  inject(): (hit: boolean) => void {
    this.injected += 1;
    return (hit) => {
      if (hit) this.landed += 1;
    };
  }

  /** Something that must have happened once has happened so many times. */
  once(times: number): void {
    if (times === 0) this.lost += 1;
    else this.duplicated += times - 1;
  }

  /** The same fault without the guard must do harm: a test that cannot fail shows nothing. */
  control(name: string, failed: boolean): void {
    this.controls[name] = failed ? 'failed as it must' : 'DID NOT FAIL';
  }

  /**
   * Prints the line.
   *
   * @throws when too few faults landed, when anything was lost or happened twice, or when a control did not fail
   */
  close(): void {
    const { name, injected, landed, lost, duplicated, controls } = this;
    const { seed, minimumLanded } = this.bounds;
    const found: Found = { name, seed, injected, landed, minimumLanded, lost, duplicated, controls };
    const line = JSON.stringify(found);
    process.stdout.write(`${line}\n`);
    const idle = Object.values(controls).includes('DID NOT FAIL');
    if (landed < minimumLanded || lost > 0 || duplicated > 0 || idle) throw new Error(line);
  }
}
