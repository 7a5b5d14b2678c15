import { RELATIVE_ERROR } from './geometry.ts';
import type { MaxStep, Program, UnitStep } from './program.ts';
import type { Propagator } from './propagation.ts';

/** Functions whose coefficients agree to this share of their size vanish in one hyperplane. */
const SAME = 1e-9;

/**
 * Names the facets of activation regions by what is the same on both sides: the pieces of all units but those that bend along the facet's
 * whole hyperplane. The network is continuous, so that any other unit is on one piece around a facet's inner points; and facets
 * in one hyperplane lie apart since some unit that crosses it is on different pieces.
 */
export class FacetNames {
  private readonly difference: Float64Array;

  constructor(
    private readonly program: Program,
    private readonly width: number,
    private readonly pieces: readonly Int32Array[],
    private readonly propagator: Propagator,
  ) {
    this.difference = new Float64Array(width);
  }

  /** A number for the facet of the cell at hand where this function vanishes. */
  nameOf(facet: Float64Array): number {
    let [a, b] = [0x2545f491, 0x4f6cdd1d];
    this.program.stages.forEach((step, stage) => {
      const pieces = this.pieces[stage];
      for (let unit = 0; unit < pieces.length; unit++) {
        const isBent = step.kind === 'units' ? this.bendsUnit(step, stage, unit, facet) : this.bendsMaximum(step, stage, unit, facet); // prettier-ignore
        const piece = isBent ? 0x7fff : pieces[unit];
        a = Math.imul(a ^ piece, 0x01000193) ^ (a >>> 13);
        b = Math.imul(b ^ (piece + 0x9e37), 0x85ebca6b) ^ (b >>> 15);
      }
    });
    return (a >>> 0) * 2 ** 20 + ((b >>> 0) % 2 ** 20);
  }

  private bendsUnit(step: UnitStep, stage: number, unit: number, facet: Float64Array): boolean {
    const piece = this.pieces[stage][unit];
    const { width, difference } = this;
    const rows = this.propagator.rows(stage);
    for (let b = Math.max(0, piece - 1); b <= piece && b < step.breakpoints.length; b++) {
      for (let k = 0; k < width; k++) difference[k] = rows[unit * width + k];
      difference[width - 1] -= step.breakpoints[b];
      if (this.liesAlong(facet, stage)) return true;
    }
    return false;
  }

  private bendsMaximum(step: MaxStep, stage: number, unit: number, facet: Float64Array): boolean {
    const { width, difference } = this;
    const rows = this.propagator.rows(stage);
    const greatest = step.members[step.start[unit] + this.pieces[stage][unit]];
    for (let m = step.start[unit]; m < step.start[unit + 1]; m++) {
      const other = step.members[m];
      if (other === greatest) continue;
      for (let k = 0; k < width; k++) difference[k] = rows[greatest * width + k] - rows[other * width + k];
      if (this.liesAlong(facet, stage)) return true;
    }
    return false;
  }

  /** Whether the difference is about a multiple of the facet's function, or zero. */
  private liesAlong(facet: Float64Array, stage: number): boolean {
    const { difference, width } = this;
    let most = 0;
    let size = 0;
    for (let k = 0; k < width; k++) {
      if (Math.abs(facet[k]) > Math.abs(facet[most])) most = k;
      size = Math.max(size, Math.abs(difference[k]));
    }
    const share = difference[most] / facet[most];
    const margin = SAME * size + RELATIVE_ERROR * this.propagator.scale(stage);
    for (let k = 0; k < width; k++) if (Math.abs(difference[k] - share * facet[k]) > margin) return false;
    return true;
  }
}
