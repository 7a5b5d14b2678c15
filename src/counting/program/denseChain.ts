import { norm, rowNorm } from '../exact/norm.ts';
import { entryCount, type AffineStep, type Program, type UnitStep } from './program.ts';

/** Weights of one layer by columns (`column * outputs + row`): a flipped neuron touches one column. */
interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly columns: Float64Array;
  readonly bias: Float64Array;
  /**
   * Greatest Euclidean norm of a row, of the numbers' sizes before they were added where layers were multiplied into
   * one.
   */
  readonly norm: number;
  /** Greatest size of a number that entered the bias. */
  readonly biasSize: number;
}

/** A chain of dense layers with units of two pieces that meet at 0 (ReLU, leaky ReLU, PReLU, absolute value). */
export interface DenseChain {
  /** One before each stage, and the one after the last, if there is any. */
  readonly layers: readonly DenseLayer[];
  /** Slopes of each stage's units, two each. */
  readonly slopes: readonly Float64Array[];
}

/** More numbers than this in one layer are left sparse. */
const MAX_WEIGHTS = 1 << 24;

/** The program as a dense chain, or null where it is something else. Affine layers in a row are multiplied into one. */
export function denseChain(program: Program): DenseChain | null {
  const layers: DenseLayer[] = [];
  const slopes: Float64Array[] = [];
  let pending: DenseLayer | null = null;
  let tensor = 0;
  for (const step of program.steps) {
    if (step.kind === 'affine') {
      const [term] = step.terms;
      if (step.terms.length > 1 || term.source !== tensor) return null;
      if (term.matrix.rows * term.matrix.columns > MAX_WEIGHTS) return null;
      if (entryCount(term.matrix) * 4 < term.matrix.rows * term.matrix.columns && term.matrix.rows > 64) return null;
      pending = dense(step, pending);
    } else {
      if (step.kind !== 'units' || step.source !== tensor || !pending || !bendsAtZero(step)) return null;
      layers.push(pending);
      slopes.push(step.slopes);
      pending = null;
    }
    tensor = step.output;
  }
  if (slopes.length === 0 || program.outputs.length !== 1 || program.outputs[0] !== tensor) return null;
  return { layers: pending ? [...layers, pending] : layers, slopes };
}

function bendsAtZero(step: UnitStep): boolean {
  return step.breakpoints.length === 1 && step.breakpoints[0] === 0 && step.intercepts.every((value) => value === 0);
}

function dense(step: AffineStep, before: DenseLayer | null): DenseLayer {
  const [{ matrix }] = step.terms;
  const outputs = matrix.rows;
  const inputs = before ? before.inputs : matrix.columns;
  const columns = new Float64Array(inputs * outputs);
  const bias = step.bias.slice();
  const sizes = new Float64Array(inputs);
  let [most, biasSize] = [0, 0];
  for (let r = 0; r < outputs; r++) {
    sizes.fill(0);
    let entered = Math.abs(bias[r]);
    for (let e = matrix.start[r]; e < matrix.end[r]; e++) {
      const c = matrix.base[r] + matrix.offset[e];
      const value = matrix.value[e];
      if (!before) {
        columns[c * outputs + r] += value;
        sizes[c] += Math.abs(value);
        continue;
      }
      for (let k = 0; k < inputs; k++) {
        const product = value * before.columns[k * before.outputs + c];
        columns[k * outputs + r] += product;
        sizes[k] += Math.abs(product);
      }
      bias[r] += value * before.bias[c];
      entered += Math.abs(value) * before.biasSize;
    }
    most = Math.max(most, norm(sizes));
    biasSize = Math.max(biasSize, entered);
  }
  return {
    inputs,
    outputs,
    columns,
    bias,
    norm: before ? Math.max(most, rowNorm(matrix) * before.norm) : most,
    biasSize,
  };
}
