import type { Program } from '../program/program.ts';

/** Units of a layer that were on one piece at all points: of ReLU, the lowest one is that of dead units. */
export interface ConstantUnits {
  readonly lowest: number;
  readonly other: number;
}

/** Finds the units that are on the same piece at all points of a set. */
export class PieceWatch {
  private first: readonly Int32Array[] | null = null;
  private readonly varies: readonly Uint8Array[];

  constructor(private readonly program: Program) {
    this.varies = program.stages.map(({ output }) => new Uint8Array(program.sizes[output]));
  }

  /** Takes the pieces of all units at one more point, by stage. */
  add(patterns: readonly Int32Array[]): void {
    if (!this.first) {
      this.first = patterns.map((pattern) => pattern.slice());
      return;
    }
    for (const [stage, pattern] of patterns.entries()) {
      const [first, varies] = [this.first[stage], this.varies[stage]];
      for (let unit = 0; unit < pattern.length; unit++) if (pattern[unit] !== first[unit]) varies[unit] = 1;
    }
  }

  /** By layer index; null before the first point. Layers that bend nothing, and maxima, have no such units. */
  perLayer(): ConstantUnits[] | null {
    if (!this.first) return null;
    const found = Array.from({ length: this.program.layers }, () => ({ lowest: 0, other: 0 }));
    for (const [stage, { layer, kind }] of this.program.stages.entries()) {
      if (kind !== 'units') continue;
      this.first[stage].forEach((piece, unit) => {
        if (this.varies[stage][unit] === 0) found[layer][piece === 0 ? 'lowest' : 'other']++;
      });
    }
    return found;
  }
}
