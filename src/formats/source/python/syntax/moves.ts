import type { Problem, Span } from '../../../../network/definition.ts';

/** Places of one version of a text, in an order that another one shares. */
export interface Places {
  /** Of which the beginning and the end can be looked up. */
  readonly places: readonly Span[];
  /** Of which all within can. */
  readonly code: readonly Span[];
}

/** Where what one version of a text has stands in another one. */
export class Moves {
  /** The function that the last place was in: places next to each other most often share it. */
  private home: (Span & { readonly by: number }) | undefined;

  private constructor(
    private readonly starts: ReadonlyMap<number, number>,
    private readonly ends: ReadonlyMap<number, number>,
    private readonly code: readonly (Span & { readonly by: number })[],
  ) {}

  /** Between the places of two versions; undefined where one place became two. */
  static between(before: Places, now: Places): Moves | undefined {
    const starts = new Map<number, number>();
    const ends = new Map<number, number>();
    for (let i = 0; i < before.places.length; i++) {
      const { start, end } = before.places[i];
      const place = now.places[i];
      if ((starts.get(start) ?? place.start) !== place.start || (ends.get(end) ?? place.end) !== place.end)
        return undefined;
      starts.set(start, place.start);
      ends.set(end, place.end);
    }
    const code = before.code.map(({ start, end }, i) => ({ start, end, by: now.code[i].start - start }));
    return new Moves(starts, ends, code);
  }

  /** Whether all stands where it stood. */
  static isNone(before: Places, now: Places): boolean {
    return areSame(before.places, now.places) && areSame(before.code, now.code);
  }

  /** Undefined for a place that is not one of `places`, nor in `code`. */
  span({ start, end }: Span): Span | undefined {
    const holds = (place: Span) => place.start <= start && end <= place.end;
    const home = this.home && holds(this.home) ? this.home : this.code.find(holds);
    this.home = home ?? this.home;
    if (home) return { start: start + home.by, end: end + home.by };
    const [from, to] = [this.starts.get(start), this.ends.get(end)];
    return from === undefined || to === undefined ? undefined : { start: from, end: to };
  }

  problems(problems: readonly Problem[]): readonly Problem[] | undefined {
    return all(problems, (problem) => {
      const span = this.span(problem.span);
      return span && { ...problem, span };
    });
  }
}

function areSame(before: readonly Span[], now: readonly Span[]): boolean {
  return before.every(({ start, end }, i) => start === now[i].start && end === now[i].end);
}

/** What a function makes of every item; undefined where it makes nothing of one. */
export function all<T, R>(items: readonly T[], move: (item: T) => R | undefined): R[] | undefined {
  const moved: R[] = [];
  for (const item of items) {
    const result = move(item);
    if (result === undefined) return undefined;
    moved.push(result);
  }
  return moved;
}
