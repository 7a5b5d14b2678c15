import { gaussians } from '../../common/random.ts';
import type { AffineStep, Program, SparseMatrix } from '../program/program.ts';

/** A program whose last tensor is one number: a random combination of all outputs. */
export function mixedProgram(program: Program): Program {
  const gaussian = gaussians(3);
  const terms = program.outputs.map((source) => ({ source, matrix: row(program.sizes[source], gaussian) }));
  const step: AffineStep = { kind: 'affine', output: program.sizes.length, terms, bias: new Float64Array(1) };
  return { ...program, sizes: [...program.sizes, 1], steps: [...program.steps, step] };
}

function row(columns: number, factor: () => number): SparseMatrix {
  return {
    rows: 1,
    columns,
    start: Uint32Array.of(0),
    end: Uint32Array.of(columns),
    base: Int32Array.of(0),
    offset: Int32Array.from({ length: columns }, (_, k) => k),
    value: Float64Array.from({ length: columns }, factor),
  };
}

/** The derivatives of the last tensor's number by the output of each unit of the last stage. */
export function lastDerivatives({ steps, stages, sizes }: Program): Float64Array {
  const last = stages[stages.length - 1];
  const adjoints = sizes.map((size) => new Float64Array(size));
  adjoints[sizes.length - 1].fill(1);
  for (let k = steps.length - 1; steps[k] !== last; k--) {
    const { output, terms } = steps[k] as AffineStep;
    for (const { source, matrix } of terms) {
      const { start, end, base, offset, value } = matrix;
      adjoints[output].forEach((factor, r) => {
        for (let e = start[r]; e < end[r]; e++) adjoints[source][base[r] + offset[e]] += factor * value[e];
      });
    }
  }
  return adjoints[last.output];
}
