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
  /** The output can change by every unit of the last stage. */
  private readonly doAllBend: boolean;
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
    this.doAllBend = !this.bends.includes(0, this.lastLine);
  }

  forget(): void {
    // Each side is looked at by itself.
  }

  areDistinct(): boolean {
    return !this.isOpen;
  }

  /** Whether the map surely changes with each unit in the query. */
  areTermsClear({ list, from, to }: SignQuery): boolean {
    if (this.doAllBend) return true;
    for (let k = from; k < to; k++) if (this.bends[this.lastLine + list[k]] === 0) return false;
    return true;
  }

  /** Takes in the regions of the current cell, which the units in the query cut; false if they are to be cut apart. */
  add(query: SignQuery): boolean {
    const { derivatives } = this;
    const { geometry, isTied } = this.place;
    const { data, start, end } = geometry;
    if (isTied) this.isTied = this.isOpen = true;
    this.cells++;
    for (let edge = start; edge < end && !this.isOpen; edge += VERTEX) {
      const line = data[edge + EDGE_LINE] | 0;
      if (!this.isLookedAt(line) || derivatives.isClear(line) || derivatives.isClearIn(line, query)) continue;
      if (!this.goAlong(edge, line, query)) return false;
    }
    return true;
  }

  /** Looks at each region along an edge; false where it is open which there are. */
  private goAlong(edge: number, line: number, query: SignQuery): boolean {
    const { geometry } = this.place;
    const { chords } = geometry;
    const count = query.to - query.from;
    // One chord alone has not been looked at yet.
    if (count === 1 && chords.countParts(geometry, query) === 0) return false;
    const ends = chords.listEnds(geometry, count, edge);
    if (ends < 0) return false;
    this.passEdge(line, query, edge, ends);
    return true;
  }

  /** Along an edge on a line, on which this many ends of chords are listed. */
  private passEdge(line: number, { list, from, to, pattern }: SignQuery, edge: number, count: number): void {
    const { derivatives } = this;
    const { error } = derivatives;
    const { chords } = this.place.geometry;
    for (let k = 0; k < to - from; k++) pattern[list[from + k]] = Number(chords.isUpperAt(k, edge));
    let derivative = derivatives.find(line, pattern);
    // Written so that NaN is open.
    if (!(Math.abs(derivative) > error)) this.lookExactly();
    for (let e = 0; e < count; e++) {
      const chordEnd = chords.ends[e];
      const unit = list[from + (chordEnd >> 1)];
      const isUpper = (chordEnd & 1) === 0;
      pattern[unit] = Number(isUpper);
      const step = derivatives.step(line, unit);
      derivative += isUpper ? step : -step;
      if (!(Math.abs(derivative) > error)) this.lookExactly();
    }
  }

  /** Whether it takes the derivative to tell that the map changes across this line, and that is due here. */
  private isLookedAt(line: number): boolean {
    // At the boundary of the domain.
    if (line < 0) return false;
    if (this.bends[line] === 0) this.isOpen = true;
    return line < this.lastLine && this.upper[line] === 1;
  }

  /** At the region with the current pattern: its derivative may be zero. */
  private lookExactly(): void {
    if (this.isOpen) return;
    const isRare = ++this.asked <= MIN_ASKED + this.cells * ASKED_SHARE;
    if (!isRare || !this.isAlone()) this.isOpen = true;
  }
}
