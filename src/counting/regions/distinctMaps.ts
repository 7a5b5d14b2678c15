import { MAX_SIDES, type Chords } from '../geometry/chords.ts';
import type { SignQuery } from '../geometry/signQuery.ts';
import type { MixedMap } from '../propagation/propagation.ts';
import { CloseNumbers } from './closeNumbers.ts';

/** Values of equal maps differ by less than this many times what each number of a map may be off. */
const DIFFERENCE = 6;
/** And are thought to differ by this many times more: errors grow with the numbers that are met. */
const ROOM = 2;
/** It takes long to look at a region exactly: at most this many are, and this share of all. */
const MIN_ASKED = 16;
const ASKED_SHARE = 2 ** -12;
/** Where it is open which parts meet the boundary of a cell, all combinations of up to this many pieces are. */
const MAX_OPEN_SIDES = 8;

/**
 * Tells whether all regions of a network that meet have maps of their own, by those of a combination of the outputs.
 * Within a cell of the stage before the last, two that meet differ by the term of a unit of the last stage. Regions of
 * two such cells meet at the boundaries of both: if all maps that regions there have are different, none of these are
 * joined, whichever they meet.
 */
export class DistinctMaps {
  /** Two maps may be equal, or rounding or room leave it open. */
  isOpen = false;
  private readonly known: CloseNumbers;
  private reach = 0;
  /** How often `isAlone` was asked. */
  private asked = 0;
  /** What both values are where all open units are on their lower piece, and what each adds on the upper one. */
  private x = 0;
  private y = 0;
  private readonly firstTerms = new Float64Array(MAX_SIDES);
  private readonly secondTerms = new Float64Array(MAX_SIDES);

  /**
   * Holds at most half as many bytes. `isAlone` says whether a region surely has another map than all those beyond the
   * boundary of the current cell: that on these sides of the units in the query.
   */
  constructor(
    private readonly mixed: MixedMap,
    private readonly isAlone: (sides: number, query: SignQuery) => boolean,
    mostBytes?: number,
  ) {
    this.known = new CloseNumbers(mostBytes === undefined ? undefined : mostBytes / 2);
  }

  /** How many maps are held, and how many there is room for. */
  get count(): number {
    return this.known.count;
  }

  get mostMaps(): number {
    return this.known.mostPairs;
  }

  /** There is no room for more. */
  get isFull(): boolean {
    return this.known.isFull;
  }

  /** What comes from now on meets nothing that came before: many maps are let go. */
  forget(): void {
    if (!this.known.isWorthClearing) return;
    this.allowFor(DIFFERENCE * this.mixed.error);
    this.known.clear();
  }

  /** Whether all maps have been told apart, by errors as they are known at last. */
  areDistinct(): boolean {
    this.allowFor(DIFFERENCE * this.mixed.error);
    return !this.isOpen;
  }

  private allowFor(difference: number): void {
    if (difference <= this.reach) return;
    this.reach = ROOM * difference;
    if (!this.known.widen(this.reach)) this.isOpen = true;
  }

  /**
   * Whether each unit in the query surely adds something on its upper piece to the map of the current cell. Asked
   * before `add`.
   */
  areTermsClear({ rows, breakpoints, list, from, to, pattern }: SignQuery): boolean {
    const { mixed, firstTerms, secondTerms } = this;
    if (to - from > MAX_SIDES) return false;
    const map = mixed.find(pattern);
    // Errors grow with the numbers that are met, also in this cell.
    this.allowFor(DIFFERENCE * mixed.error);
    this.x = firstValue(map, 0, 0);
    this.y = secondValue(map, 0, 0);
    for (let k = 0; k < to - from; k++) {
      const unit = list[from + k];
      const step = mixed.step(unit);
      const first = step * firstValue(rows, 3 * unit, breakpoints[0]);
      const second = step * secondValue(rows, 3 * unit, breakpoints[0]);
      if (!(Math.abs(first) > this.reach || Math.abs(second) > this.reach)) return false;
      firstTerms[k] = first;
      secondTerms[k] = second;
      if (pattern[unit] === 1) {
        this.x -= first;
        this.y -= second;
      }
    }
    return true;
  }

  /**
   * Takes in the regions of the current cell, which the units in the query cut along `chords`; false where it is open
   * which of many meet the boundary.
   */
  add(query: SignQuery, chords: Chords): boolean {
    const count = query.to - query.from;
    const found = count < 2 ? -1 : chords.listAtBoundary(query);
    if (found < 0 && count > MAX_OPEN_SIDES) return false;
    if (found < 0) for (let sides = 0; sides < 1 << count; sides++) this.addRegion(sides, query);
    else for (let k = 0; k < found; k++) this.addRegion(chords.sides[k], query);
    return true;
  }

  private addRegion(sides: number, query: SignQuery): void {
    const { firstTerms, secondTerms, known } = this;
    let { x, y } = this;
    for (let k = 0; k < query.to - query.from; k++) {
      const side = (sides >> k) & 1;
      x += side * firstTerms[k];
      y += side * secondTerms[k];
    }
    if (this.isOpen || known.add(x, y)) return;
    // Where the output bends very little, maps of neighbors are about equal: that they differ is decided exactly.
    const isRare = ++this.asked <= MIN_ASKED + known.count * ASKED_SHARE;
    if (known.isFull || !isRare || !this.isAlone(sides, query)) this.isOpen = true;
  }
}

// Two values of a map by which it is known, from numbers of no network's own.

function firstValue(map: Float64Array, at: number, shift: number): number {
  return 0.8191725133961645 * map[at] - 0.6710436067037893 * map[at + 1] + 0.549700477901 * (map[at + 2] - shift);
}

function secondValue(map: Float64Array, at: number, shift: number): number {
  return 0.93687688603451 * map[at + 1] - 0.2303450303607 * map[at] + 0.731209640278317 * (map[at + 2] - shift);
}
