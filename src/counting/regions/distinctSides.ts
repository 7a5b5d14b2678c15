import type { Polygons } from '../geometry/polygons.ts';
import type { SignQuery } from '../geometry/signQuery.ts';
import { EDGE_LINE, VERTEX } from '../geometry/vertex.ts';
import type { DenseChain } from '../program/denseChain.ts';
import type { MixedDerivatives } from '../propagation/propagation.ts';

/** It takes long to look at a region exactly: at most this many are, and this share of all cells. */
const MIN_ASKED = 16;
const ASKED_SHARE = 2 ** -12;

/** The walk through the regions. */
interface Place {
  readonly geometry: Polygons;
  readonly patterns: readonly Int32Array[];
  readonly isTied: boolean;
}

/**
 * Tells whether no two regions of a chain of two stages have the same map across a side. Across a side on the line of
 * one unit alone, the map changes by that unit's row times the derivative of the output by what the unit puts out: it
 * is another map where the derivative is not zero. The units of the last stage give the derivative; each that crosses
 * the side changes it. On both sides it is the same, so that it is looked at on the unit's upper one.
 */
export class DistinctSides {
  /** Two neighbors may have the same map, or rounding leaves it open. */
  isOpen = false;
  /** It is open since several units vanish on one side. */
  isTied = false;
  /** Nothing is held. */
  readonly isFull = false;
  /** The first line of the last stage. */
  private readonly lastLine: number;
  /** Of each line, whether the output can change by its unit: the first stage's come first. */
  private readonly bends: Uint8Array;
  /** The pieces of the first stage's units. */
  private readonly upper: Int32Array;
  private cells = 0;
  /** How often `isAlone` was asked. */
  private asked = 0;

  /** `isAlone` says whether the region with the current pattern surely has another map than all beyond its cell. */
  constructor(
    private readonly derivatives: MixedDerivatives,
    { slopes: [first, last] }: DenseChain,
    private readonly place: Place,
    private readonly isAlone: () => boolean,
  ) {
    this.lastLine = first.length / 2;
    this.upper = place.patterns[0];
    this.bends = Uint8Array.from({ length: this.lastLine + last.length / 2 }, (_, line) =>
      Number(
        line < this.lastLine ? first[2 * line] !== first[2 * line + 1] : derivatives.doesBend(line - this.lastLine),
      ),
    );
  }

  forget(): void {
    // Each side is looked at by itself.
  }

  areDistinct(): boolean {
    return !this.isOpen;
  }

  /** Whether the map surely changes with each unit in the query. */
  areTermsClear({ list, from, to }: SignQuery): boolean {
    for (let k = from; k < to; k++) if (this.bends[this.lastLine + list[k]] === 0) return false;
    return true;
  }

  /** Takes in the regions of the current cell, which the units in the query cut; false if they are to be cut apart. */
  add(query: SignQuery): boolean {
    const { geometry, isTied } = this.place;
    const { data, start, end } = geometry;
    if (isTied) this.isTied = this.isOpen = true;
    this.cells++;
    let isClear = true;
    for (let edge = start; edge < end; edge += VERTEX) {
      const line = data[edge + EDGE_LINE] | 0;
      if (isClear && this.isLookedAt(line)) isClear = this.derivatives.isClear(line) || this.isClearIn(query, line);
    }
    return isClear || this.isOpen || this.goAround(query);
  }

  /** Whether the derivative by a unit is not zero in any part of the current cell. */
  private isClearIn({ list, from, to, pattern }: SignQuery, unit: number): boolean {
    const { derivatives } = this;
    let middle = derivatives.find(unit, pattern);
    let reach = derivatives.error;
    for (let k = from; k < to; k++) {
      const half = derivatives.step(unit, list[k]) / 2;
      middle += pattern[list[k]] === 1 ? -half : half;
      reach += Math.abs(half);
    }
    return Math.abs(middle) > reach;
  }

  /** Looks at each region along each edge; false where it is open which there are. */
  private goAround(query: SignQuery): boolean {
    const { geometry } = this.place;
    const { chords, data, start, end } = geometry;
    const { list, from, to, pattern } = query;
    const count = to - from;
    // One chord alone has not been looked at yet.
    if (count === 1 && chords.countParts(geometry, query) === 0) return false;
    if (!chords.listEnds(geometry, count)) return false;
    for (let e = 2 * count - 1; e >= 0; e--) pattern[list[from + (chords.ends[e] >> 1)]] = chords.ends[e] & 1;
    let next = 0;
    for (let edge = start; edge < end && !this.isOpen; edge += VERTEX) {
      let last = next;
      while (last < 2 * count && chords.edgeOf(chords.ends[last]) === edge) last++;
      this.passEdge(data[edge + EDGE_LINE], query, next, last);
      next = last;
    }
    return true;
  }

  /** Along an edge on a line, which ends `next` to `last` of chords lie on. */
  private passEdge(line: number, { list, from, pattern }: SignQuery, next: number, last: number): void {
    const { ends } = this.place.geometry.chords;
    const isLooked = this.isLookedAt(line);
    let derivative = isLooked ? this.derivatives.find(line, pattern) : 0;
    if (isLooked) this.look(derivative);
    for (let e = next; e < last; e++) {
      const unit = list[from + (ends[e] >> 1)];
      const isUpper = (ends[e] & 1) === 0;
      pattern[unit] = Number(isUpper);
      if (!isLooked) continue;
      const step = this.derivatives.step(line, unit);
      derivative += isUpper ? step : -step;
      this.look(derivative);
    }
  }

  /** Whether it takes the derivative to tell that the map changes across this line, and that is due here. */
  private isLookedAt(line: number): boolean {
    // At the boundary of the domain.
    if (line < 0) return false;
    if (this.bends[line] === 0) this.isOpen = true;
    return line < this.lastLine && this.upper[line] === 1;
  }

  private look(derivative: number): void {
    // Written so that NaN is open.
    if (Math.abs(derivative) > this.derivatives.error || this.isOpen) return;
    const isRare = ++this.asked <= MIN_ASKED + this.cells * ASKED_SHARE;
    if (!isRare || !this.isAlone()) this.isOpen = true;
  }
}
