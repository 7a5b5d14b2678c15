import { isHidden } from './hiddenChanges.ts';
import type { LineIds } from './lineIds.ts';
import type { Program, UnitStep } from '../program/program.ts';
import { uniforms } from '../../common/random.ts';
import { ResidueNetwork, type Values } from './residues.ts';

/** The two greatest primes below 2^24: residues modulo both are combined into one number. */
const PRIMES = [16_777_213, 16_777_199];
/** Of what is found modulo one prime, for the other one to be added. */
const ROOM = 2 ** 24;

/**
 * Compares maps on activation regions by residues, which do not round. Regions are given by their patterns: the
 * piece of each unit, one stage after another. Two different maps are taken for one with a probability below 10^-13.
 */
export class ExactMaps {
  private made: readonly Modulo[] | null = null;

  /** Over a slice with these rows; see `Slice`. */
  constructor(
    private readonly program: Program,
    private readonly rows: Float64Array,
    private readonly lines: LineIds,
  ) {}

  /** True for regions whose output maps are equal by their patterns alone. False says nothing. */
  areClearlyEqual(p: ArrayLike<number>, q: ArrayLike<number>): boolean {
    return isHidden(this.program, p, q);
  }

  /** Equal for regions with the same output map. */
  ofOutputs(pattern: ArrayLike<number>): number {
    const [first, second] = this.modulo();
    return first.ofOutputs(pattern) * ROOM + second.ofOutputs(pattern);
  }

  /**
   * Equal for the regions on the two sides of a facet in line `line`, and different for other facets in that line: in
   * the facet's hyperplane all units of a continuous network are the same functions on both sides, and some unit has
   * another slope elsewhere.
   */
  ofFacet(pattern: ArrayLike<number>, line: number): number {
    const [first, second] = this.modulo();
    return first.ofFacet(pattern, line) * ROOM + second.ofFacet(pattern, line);
  }

  /** Whether another unit than that of line `line` vanishes on a facet in that line; see `ofFacet`. */
  isShared(pattern: ArrayLike<number>, line: number): boolean {
    const [first, second] = this.modulo().map((modulo) => modulo.vanishing(pattern, line));
    return second.some((unit) => unit !== line && first.includes(unit));
  }

  /** Created on first use: usually rounding leaves nothing open. */
  private modulo(): readonly Modulo[] {
    return (this.made ??= PRIMES.map((prime) => new Modulo(this.program, this.rows, this.lines, prime)));
  }
}

/** The same modulo one prime. */
class Modulo {
  private readonly network: ResidueNetwork;
  /** Inputs at two random points of the slice. */
  private readonly from: Float64Array;
  private readonly to: Float64Array;
  /** A random number for each value, by tensor. */
  private readonly factors: readonly Float64Array[];
  private readonly stageTensors: readonly number[];

  constructor(
    private readonly program: Program,
    rows: Float64Array,
    private readonly lines: LineIds,
    private readonly prime: number,
  ) {
    this.network = new ResidueNetwork(program, prime);
    const uniform = uniforms(prime);
    const random = (length: number) => Float64Array.from({ length }, () => Math.floor(uniform() * prime));
    this.factors = program.sizes.map(random);
    const width = rows.length / program.inputSize;
    const residues = this.network.of(rows);
    const place = () => {
      const point = random(width).fill(1, width - 1);
      return Float64Array.from({ length: program.inputSize }, (_, i) =>
        point.reduce((sum, x, k) => (sum + residues[i * width + k] * x) % prime, 0),
      );
    };
    [this.from, this.to] = [place(), place()];
    this.stageTensors = program.stages.map(({ output }) => output);
  }

  ofOutputs(pattern: ArrayLike<number>): number {
    return this.mixed(this.network.values(this.from, pattern), this.program.outputs);
  }

  ofFacet(pattern: ArrayLike<number>, line: number): number {
    return this.mixed(this.network.values(this.pointIn(pattern, line), pattern), this.stageTensors);
  }

  /** The lines of all breakpoints that vanish where line `line` does. */
  vanishing(pattern: ArrayLike<number>, line: number): number[] {
    const values = this.network.values(this.pointIn(pattern, line), pattern);
    return this.program.stages.flatMap((step, stage) => {
      if (step.kind === 'max') return [];
      return step.breakpoints.flatMap((_, b) =>
        Array.from(values[step.source], (_, unit) => this.lines.ofBreakpoint(stage, unit, b)).filter(
          (id) => this.valueOf(id, values) === 0,
        ),
      );
    });
  }

  /** A point of line `line`, which goes through a cell with this pattern. */
  private pointIn(pattern: ArrayLike<number>, line: number): Float64Array {
    const { network, from, to, prime } = this;
    const { stage } = this.lines.decode(line);
    const [atFrom, atTo] = [from, to].map((point) => this.valueOf(line, network.values(point, pattern, stage)));
    // Where the line meets the one through both points.
    const share = network.times(atFrom, network.inverse(network.minus(atFrom, atTo)));
    return from.map((x, i) => (x + share * network.minus(to[i], x)) % prime);
  }

  /** Of the function that vanishes in a line. */
  private valueOf(line: number, values: Values): number {
    const { network } = this;
    const { stage, first, second, breakpoint } = this.lines.decode(line);
    const step = this.program.stages[stage];
    const source = values[step.source];
    const other = second >= 0 ? source[second] : network.of((step as UnitStep).breakpoints)[breakpoint];
    return network.minus(source[first], other);
  }

  private mixed(values: Values, tensors: readonly number[]): number {
    let sum = 0;
    for (const tensor of tensors) {
      const factors = this.factors[tensor];
      const own = values[tensor];
      for (let k = 0; k < own.length; k++) sum = (sum + factors[k] * own[k]) % this.prime;
    }
    return sum;
  }
}
