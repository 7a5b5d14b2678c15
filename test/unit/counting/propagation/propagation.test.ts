import { expect, test } from 'vitest';
import { compile } from '../../../../src/counting/program/compile.ts';
import { drawWeights } from '../../../../src/counting/program/initializers.ts';
import { sliceOf } from '../../../../src/counting/geometry/slice.ts';
import { SparsePropagator } from '../../../../src/counting/propagation/propagation.ts';
import { uniforms } from '../../../../src/common/random.ts';
import { buildNetwork } from '../../../../src/network/build.ts';
import { read } from '../../../../src/formats/registry.ts';

const networks: Record<string, object> = {
  convolutions: {
    input: [10, 10, 1],
    layers: [
      { type: 'conv2d', filters: 3, kernel_size: 3, activation: 'relu' },
      { type: 'max_pooling2d', pool_size: 2 },
      { type: 'conv2d', filters: 2, kernel_size: 2, activation: 'leaky_relu' },
      { type: 'average_pooling2d', pool_size: 2 },
      { type: 'flatten' },
      { type: 'dense', units: 5, activation: 'relu' },
      { type: 'dense', units: 4, activation: 'relu' },
      { type: 'dense', units: 2 },
    ],
  },
  'one activation after another': {
    input: [4],
    layers: [
      { type: 'dense', units: 5, activation: 'leaky_relu' },
      { type: 'activation', activation: 'hard_tanh' },
      { type: 'dense', units: 3, activation: 'relu' },
    ],
  },
  'a residual connection': {
    input: [4],
    layers: [
      { name: 'a', type: 'dense', units: 6, activation: 'relu' },
      { name: 'b', type: 'dense', units: 6, activation: 'relu' },
      { name: 'sum', type: 'add', inputs: ['a', 'b'] },
      { name: 'c', type: 'dense', units: 3, activation: 'hard_tanh' },
    ],
  },
};

test.each(Object.entries(networks))(
  'maps that are updated from cell to cell are those computed at once: %s',
  (_, of) => {
    const text = JSON.stringify({ name: 'n', ...of });
    const [definition] = read(text, 'n.network.json', { weights: false })!.networks;
    const program = compile(drawWeights(buildNetwork(definition).network, 3));
    const inputs = program.inputSize;
    const uniform = uniforms(11);
    const random = () => Array.from({ length: inputs }, () => uniform() - 0.5);
    const slice = sliceOf({ kind: 'parallelogram', origin: random(), u: random(), v: random() }, inputs);
    const updated = new SparsePropagator(program, slice);
    const patterns = program.stages.map(({ output }) => new Int32Array(program.sizes[output]));
    const mostOf = program.stages.map((step) => (step.kind === 'max' ? 4 : step.breakpoints.length + 1));
    for (let cell = 0; cell < 300; cell++) {
      // A walk enters cells of some stage and then of those after it; few units differ, and now and then many.
      const first = cell === 0 ? 0 : Math.floor(uniform() * patterns.length);
      for (let stage = first; stage < patterns.length; stage++) {
        const share = uniform() < 0.1 ? 0.5 : 0.02;
        patterns[stage].forEach((piece, i) => {
          if (uniform() < share) patterns[stage][i] = Math.floor(uniform() * mostOf[stage]);
          else patterns[stage][i] = piece;
        });
        updated.advance(stage, patterns[stage]);
      }
      if (cell % 10 > 0) continue;
      const fresh = new SparsePropagator(program, slice);
      patterns.forEach((pattern, stage) => fresh.advance(stage, pattern));
      const maps = (of: SparsePropagator) => [
        ...patterns.flatMap((__, stage) => Array.from(of.preActivations(stage))),
        ...of.output().flatMap((rows) => Array.from(rows)),
      ];
      const expected = maps(fresh);
      maps(updated).forEach((value, k) => expect(value).toBeCloseTo(expected[k], 10));
    }
  },
);
