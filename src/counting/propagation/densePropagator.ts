import type { DenseChain } from '../program/denseChain.ts';
import { DenseDerivatives } from './denseDerivatives.ts';
import { DenseMixedMap } from './denseMixedMap.ts';
import { DenseMemory, type PartMemory } from './denseMemory.ts';
import type { Box } from '../geometry/geometry.ts';
import { MixedOutput } from './mixedOutput.ts';
import { NarrowedRows, type WholeRows } from './narrowedRows.ts';
import { greatest, UPDATES_BEFORE_FRESH } from './affineUpdate.ts';
import type { CoarseClassifier, MixedDerivatives, MixedMap, NarrowPropagation, Propagator } from './propagation.ts';
import { greatestSize } from '../exact/norm.ts';
import { Sizes } from './sizes.ts';
import type { Slice } from '../geometry/slice.ts';

/** A mask: the sizes of one output in sixteen are measured. */
const MEASURED = 15;

/**
 * Propagation through a dense chain over a plane, in flat arrays without allocation: crossing one edge flips one
 * neuron, so the next layer's maps change by a rank-one update, and those of the layers behind it too. Beyond a few,
 * maps are computed from scratch. Both run in WebAssembly.
 */
export class DenseChainPropagator implements Propagator {
  private readonly memory: DenseMemory;
  /** Maps of each layer's pre-activations, three numbers each. */
  private readonly maps: readonly Float64Array[];
  /** Of the input first, then of each layer's maps. */
  private readonly sizes: Sizes;
  /** How often the output was computed. */
  private computed = 0;
  /** How many updates ago the maps of the next layer were computed from scratch. */
  private readonly age: Int32Array;
  private readonly before = [0];
  private readonly norm = [0];
  /** What each layer can make of an error in the maps before it: its norm, and the slopes between. */
  private readonly norms: readonly number[];
  private readonly result: Float64Array;

  readonly narrow?: NarrowPropagation;
  readonly coarse: CoarseClassifier;
  readonly mixed?: MixedMap;
  readonly derivatives?: MixedDerivatives;
  /** While narrowed: the last stage's maps, right for the candidates only. */
  private readonly narrowed: NarrowedRows | null;

  /** May give the mixed output: as a map, or by its derivatives where there are two stages or more. */
  constructor(
    private readonly chain: DenseChain,
    slice: Slice,
    mixes?: 'map' | 'derivatives',
  ) {
    const { layers, slopes } = chain;
    this.norms = layers.map(({ norm }, layer) => norm * (layer === 0 ? 1 : greatestSize(slopes[layer - 1])));
    const mixed = mixes ? new MixedOutput(chain) : null;
    this.memory = new DenseMemory(chain, mixed && mixed.gains, mixes === 'map');
    const { uncertain } = this.memory;
    this.coarse = { uncertain, classify: (...asked) => this.classify(...asked) };
    this.maps = this.memory.maps;
    this.sizes = new Sizes(layers.length + 1);
    this.sizes.first(0, greatest(slice.rows, 3));
    this.age = new Int32Array(slopes.length);
    const widest = Math.max(layers[0].inputs, ...layers.map(({ outputs }) => outputs));
    this.result = new Float64Array(3 * widest);
    this.first(slice.rows);
    this.measure(0);
    this.narrowed =
      this.memory.part && new NarrowedRows(chain, this.wholeRows(this.memory.part), mixed?.derivativeError ?? 0);
    this.narrow = this.narrowed ?? undefined;
    if (mixed && mixes === 'map') {
      const last = slopes.length - 1;
      this.mixed = new DenseMixedMap(mixed, this.maps[last], this.narrowed, this.sizes, last + 1);
    }
    if (mixed && mixes === 'derivatives' && this.narrowed)
      this.derivatives = new DenseDerivatives(mixed, this.narrowed);
  }

  private wholeRows(part: PartMemory): WholeRows {
    const last = this.chain.slopes.length - 1;
    return {
      maps: this.maps,
      part,
      advance: (stage) => this.advance(stage),
      narrow: (box, tolerance) => this.known(last, this.memory.narrow(part, box, tolerance)),
    };
  }

  patternOf(stage: number): Int32Array {
    return this.memory.patterns[stage];
  }

  preActivations(stage: number): Float64Array {
    return this.narrowed?.isOn && stage === this.chain.slopes.length - 1 ? this.narrowed.kept : this.maps[stage];
  }

  scale(stage: number): number {
    return this.sizes.scale(stage + 1);
  }

  output(): Float64Array[] {
    const { layers, slopes } = this.chain;
    const last = slopes.length - 1;
    if (layers.length > slopes.length) return [this.maps[last + 1]];
    const maps = this.maps[last];
    const result = this.result.subarray(0, maps.length);
    this.memory.patterns[last].forEach((piece, i) => {
      for (let k = 3 * i; k < 3 * i + 3; k++) result[k] = slopes[last][2 * i + piece] * maps[k];
    });
    return [result];
  }

  outputScale(): number {
    return this.sizes.scale(this.maps.length);
  }

  advance(stage: number): void {
    if (stage + 1 === this.maps.length) return;
    if (this.age[stage] < UPDATES_BEFORE_FRESH && this.memory.update(stage)) this.age[stage]++;
    else {
      this.age[stage] = 0;
      this.memory.fresh(stage);
    }
    // Other maps are measured when their units are classified.
    const isOutput = stage + 1 === this.chain.slopes.length;
    if (isOutput && (this.computed++ & MEASURED) === 0) this.measure(stage + 1);
  }

  restart(stage: number): void {
    this.age.fill(UPDATES_BEFORE_FRESH, stage);
    this.computed = 0;
    for (let index = stage + 1; index < this.maps.length; index++) this.sizes.clear(index + 1);
    this.met(stage + 1, 0);
  }

  private classify(stage: number, box: Box, tolerance: number): number {
    return this.known(stage, this.memory.classify(stage, box, tolerance));
  }

  /** The count, or -1 where the rows of a stage that were looked at for it are larger than any before. */
  private known(stage: number, count: number): number {
    if (this.memory.size <= this.sizes.of(stage + 1)) return count;
    this.met(stage, this.memory.size);
    return -1;
  }

  release(): void {
    this.memory.release();
  }

  /** The first layer's maps over the slice, whose inputs have these maps. */
  private first(inputs: Float64Array): void {
    const { columns, outputs, bias } = this.chain.layers[0];
    const [maps] = this.maps;
    for (let r = 0; r < outputs; r++) maps[3 * r + 2] = bias[r];
    for (let c = 0; 3 * c < inputs.length; c++) {
      for (let r = 0; r < outputs; r++) {
        for (let k = 0; k < 3; k++) maps[3 * r + k] += columns[c * outputs + r] * inputs[3 * c + k];
      }
    }
  }

  private measure(index: number): void {
    this.met(index, greatest(this.maps[index], 3));
  }

  /** Maps of this size were met: it enters the errors of the layers behind them. */
  private met(index: number, size: number): void {
    for (let layer = index; layer < this.maps.length; layer++) {
      this.before[0] = layer;
      this.norm[0] = this.norms[layer];
      this.sizes.combined(
        layer + 1,
        this.before,
        this.norm,
        Math.max(layer === index ? size : 0, this.chain.layers[layer].biasSize),
      );
    }
  }
}
