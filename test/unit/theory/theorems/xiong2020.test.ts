import { describe, expect, it } from 'vitest';
import { TheoryContext } from '../../../../src/theory/context.ts';
import { activationByName } from '../../../../src/network/activation.ts';
import type { Network } from '../../../../src/network/network.ts';
import type { Evaluation, TheoryOptions } from '../../../../src/theory/bound.ts';
import {
  convolutionGenericExact,
  xiong2020OneLayer,
  xiong2020Upper,
} from '../../../../src/theory/theorems/xiong2020.ts';
import { xiong2020Lower, xiong2020LowerCorrected } from '../../../../src/theory/theorems/xiong2020Lower.ts';
import multilayer from '../../../fixtures/reference/xiong_multilayer.json';
import pieces from '../../../fixtures/reference/plcnn_one_layer.json';
import padded from '../../../fixtures/reference/xiong_padding.json';
import extended from '../../../fixtures/reference/xiong_one_layer_extended.json';
import shared from '../../../fixtures/reference/xiong_shared_vs_theorem2.json';
import { convolution, convolutionNetwork } from '../convolution/layers.ts';
import { dense, network } from '../networks.ts';

const xiong2020Bounds = [
  xiong2020OneLayer,
  convolutionGenericExact,
  xiong2020Upper,
  xiong2020Lower,
  xiong2020LowerCorrected,
];

function evaluate(id: string, whole: Network, options: TheoryOptions = { budget: 1e9 }): Evaluation {
  const bound = xiong2020Bounds.find((each) => each.id === id);
  if (!bound) throw new Error(`no bound ${id}`);
  return bound.evaluate(TheoryContext.of(whole, options));
}

function valueOf(evaluation: Evaluation): string {
  if (!evaluation.applies) throw new Error(evaluation.reason);
  return String(evaluation.perLayer.at(-1)?.exact);
}

function reasonOf(evaluation: Evaluation): string {
  if (evaluation.applies) throw new Error('applies');
  return evaluation.reason;
}

function noteOf(evaluation: Evaluation): string | undefined {
  return evaluation.applies ? evaluation.note : undefined;
}

const leaky = activationByName('leaky_relu');

describe('one convolutional layer', () => {
  const cases = [
    ...extended.map((row) => ({ ...row, pad: [0, 0] })),
    ...shared.map((row) => ({ ...row, pad: [0, 0] })),
    ...padded.map((row) => ({
      ...row,
      R_theorem2: row.R_formula_truncated_fields,
      R_shared_weights_generic: row.shared,
    })),
  ];
  for (const row of cases) {
    const name = `${row.input.join('x')}, kernel ${row.kernel.join('x')}, stride ${row.stride}, ${row.filters} filters, padding ${row.pad.join('x')}`;
    it(`has the sum of Theorem 2 and the count for shared weights: ${name}`, () => {
      const whole = convolutionNetwork(row.input, [row]);
      const sum = evaluate('xiong2020-one-layer', whole);
      expect(valueOf(sum)).toBe(row.R_theorem2);
      expect(valueOf(evaluate('xiong2020-upper', whole))).toBe(row.R_theorem2);
      expect(valueOf(evaluate('xiong2020-lower', whole))).toBe(row.R_theorem2);
      expect(valueOf(evaluate('conv-generic-exact', whole))).toBe(row.R_shared_weights_generic);
      expect(valueOf(evaluate('xiong2020-lower-corrected', whole))).toBe(row.R_shared_weights_generic);
      // What is said beside the number never contradicts the count.
      const equal = row.R_theorem2 === row.R_shared_weights_generic;
      if (noteOf(sum) === 'exact') expect(equal).toBe(true);
      if (noteOf(sum)?.includes('known to be loose')) expect(equal).toBe(false);
    });
  }

  for (const row of pieces) {
    it(`counts breakpoints for ${row.pieces} pieces`, () => {
      const activation = row.pieces === 3 ? activationByName('relu6') : fivePieces;
      const whole = convolutionNetwork(row.input, [row], { activation });
      expect(valueOf(evaluate('xiong2020-one-layer', whole))).toBe(row.R);
      expect(valueOf(evaluate('conv-generic-exact', whole))).toBe(row.R);
    });
  }

  it('says where the published equality is known to fail and where it is proven', () => {
    const square = convolutionNetwork([3, 3, 1], [{ kernel: [2, 2], stride: 1, filters: 2 }]);
    const line = convolutionNetwork([1, 9, 1], [{ kernel: [1, 3], stride: 2, filters: 5 }]);
    expect(noteOf(evaluate('xiong2020-one-layer', square))).toMatch(/^upper bound, known to be loose here/);
    expect(noteOf(evaluate('xiong2020-one-layer', line))).toBe('exact');
    expect(noteOf(evaluate('xiong2020-lower', square))).toMatch(/not proven/);
    expect(noteOf(evaluate('xiong2020-lower', line))).toBeUndefined();
  });

  it('ignores affine layers around the units and takes batch norm for a bias', () => {
    const whole = network(
      [1, 3, 1],
      [
        convolution(
          { kernel: [1, 2], stride: 1, filters: 3 },
          { activation: activationByName('linear'), useBias: false },
        ),
        { operation: { kind: 'batchNormalization', epsilon: 1e-3, center: true, scale: true }, activation: 'relu' },
        { operation: { kind: 'flatten' } },
        dense(2, 'linear'),
      ],
    );
    for (const { id } of xiong2020Bounds) expect(valueOf(evaluate(id, whole))).toBe('40');
  });

  it('cuts the sum at the dimension of a slice', () => {
    const whole = convolutionNetwork([3, 3, 1], [{ kernel: [2, 2], stride: 1, filters: 2 }]);
    const options = { sliceDimension: 2 };
    expect(valueOf(evaluate('xiong2020-one-layer', whole, options))).toBe(String(1 + 8 + 28));
    expect(valueOf(evaluate('xiong2020-upper', whole, options))).toBe(String(1 + 8 + 28));
    expect(reasonOf(evaluate('xiong2020-lower', whole, options))).toMatch(/slice/);
    expect(reasonOf(evaluate('xiong2020-lower-corrected', whole, options))).toMatch(/slice/);
    expect(reasonOf(evaluate('conv-generic-exact', whole, options))).toMatch(/slice/);
  });

  it('refuses to count regions where boundaries have no biases', () => {
    const whole = convolutionNetwork([1, 3, 1], [{ kernel: [1, 2], stride: 1, filters: 3 }], { useBias: false });
    expect(reasonOf(evaluate('conv-generic-exact', whole))).toMatch(/no biases/);
    expect(reasonOf(evaluate('xiong2020-lower', whole))).toMatch(/biases/);
    expect(noteOf(evaluate('xiong2020-one-layer', whole))).toMatch(/without biases/);
  });
});

const fivePieces = {
  kind: 'piecewiseLinear' as const,
  name: 'five_pieces',
  breakpoints: [-2, -1, 1, 2],
  slopes: [0, 1, 2, 1, 0],
  intercepts: [-3, -1, 0, 1, 3],
};

describe('several convolutional layers', () => {
  for (const row of multilayer) {
    it(`are bounded as in the reference: ${JSON.stringify(row.layers.map(({ kernel, filters }) => [kernel, filters]))}`, () => {
      const whole = convolutionNetwork(row.input, row.layers);
      expect(valueOf(evaluate('xiong2020-upper', whole))).toBe(row.xiong_upper);
      expect(valueOf(evaluate('xiong2020-lower', whole))).toBe(row.xiong_lower);
    });
  }

  it('give every cut of the network its own bound', () => {
    const whole = convolutionNetwork(
      [1, 4, 1],
      [
        { kernel: [1, 2], stride: 1, filters: 2 },
        { kernel: [1, 2], stride: 1, filters: 3 },
      ],
    );
    const upper = evaluate('xiong2020-upper', whole);
    const lower = evaluate('xiong2020-lower', whole);
    expect(upper.applies && upper.perLayer.map((cut) => cut?.exact)).toEqual([55n, 3135n]);
    expect(lower.applies && lower.perLayer.map((cut) => cut?.exact)).toEqual([55n, 320n]);
    expect(reasonOf(evaluate('xiong2020-one-layer', whole))).toMatch(/one layer/);
  });

  it('correct the lower bound by the count for shared weights', () => {
    const whole = convolutionNetwork(
      [5, 5, 1],
      [
        { kernel: [3, 3], stride: 1, filters: 2 },
        { kernel: [2, 2], stride: 1, filters: 3 },
      ],
    );
    expect(valueOf(evaluate('xiong2020-lower-corrected', whole))).toBe(String(2 ** 9 * 3998));
    // Without budget for the count: two rows of two positions, kernels of one row.
    const hasty = evaluate('xiong2020-lower-corrected', whole, { budget: 2e5 });
    expect(valueOf(hasty)).toBe(String(2 ** 9 * 40 ** 2));
  });

  it('refuse what the theorem is not about', () => {
    const first = { kernel: [1, 2], stride: 1, filters: 2 };
    const pooled = network(
      [6, 6, 1],
      [
        convolution({ kernel: [3, 3], stride: 1, filters: 2 }),
        {
          operation: {
            kind: 'maxPooling',
            window: { rank: 2, kernel: [2, 2], strides: [2, 2], dilation: [1, 1], padding: 'valid' },
          },
        },
      ],
    );
    const rgb = convolutionNetwork([1, 4, 3], [first, first]);
    const leakyNetwork = convolutionNetwork([1, 4, 1], [first, first], { activation: leaky });
    expect(reasonOf(evaluate('xiong2020-upper', pooled))).toMatch(/maxPooling/);
    expect(reasonOf(evaluate('xiong2020-upper', rgb))).toMatch(/input has channels, 3/);
    expect(reasonOf(evaluate('xiong2020-lower', rgb))).toMatch(/input has channels, 3/);
    expect(reasonOf(evaluate('xiong2020-lower', leakyNetwork))).toMatch(/ReLU/);
    expect(reasonOf(evaluate('xiong2020-upper', network([4], [dense(3)])))).toMatch(/there are none/);
  });
});
