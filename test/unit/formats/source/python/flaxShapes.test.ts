import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { read } from '../../../../../src/formats/registry.ts';
import { buildNetwork } from '../../../../../src/network/build.ts';
import { totalParameters } from '../../../../../src/network/parameters.ts';

type Row = readonly [layer: string, given: string, input: number[], output: number[], parameters: number];

/**
 * What Flax 0.12.8 with JAX 0.10.2 makes of layers, by `jax.eval_shape` of `init_with_output`: the same for linen and
 * nnx. Positions before channels, without the batch.
 */
const rows = JSON.parse(readFileSync(new URL('flaxShapes.json', import.meta.url), 'utf8')) as Row[];

const imports = 'import jax\nimport jax.numpy as jnp\nfrom flax import linen, nnx\n';

function inLinen([layer, given, input]: Row): string {
  const made = layer === 'max_pool' ? `linen.max_pool(x, ${given})` : `linen.${layer}(${given})(x)`;
  return `${imports}class Net(linen.Module):
  @linen.compact
  def __call__(self, x): return linen.relu(${made})
Net().init(jax.random.key(0), jnp.ones([1, ${input.join(', ')}]))
`;
}

function inNnx([layer, given, input]: Row): string {
  return `${imports}class Net(nnx.Module):
  def __init__(self, rngs): self.layer = nnx.${layer}(${input.at(-1)}, ${given}, rngs=rngs)
  def __call__(self, x): return nnx.relu(self.layer(x))
Net(nnx.Rngs(0))(jnp.ones([1, ${input.join(', ')}]))
`;
}

/** What comes out and the parameters; or why that is not said. */
function readIn(source: string): { output: readonly (number | null)[]; parameters: number | null } | string {
  const result = read(source, 'net.py', { weights: false });
  const [definition] = result?.networks ?? [];
  if (!result || !definition) throw new Error('no network');
  const { network, problems } = buildNetwork(definition);
  const [first] = [...result.problems, ...problems];
  if (first) return first.message;
  return { output: network.layers.at(-1)!.outputShape, parameters: totalParameters(network.layers) };
}

/** Zeros are not what stands around; one axis of two; nothing comes out. */
function refusal([, given, input, output]: Row): RegExp | undefined {
  const padding = /"(CIRCULAR|REFLECT)"/.exec(given);
  if (padding) return new RegExp(`^The padding ${padding[1]} is not analyzed`);
  if (input.length === 3 && /^6, (?:3|\(3,\))$/.test(given)) return /a window over one axis, 2 axes of positions/;
  return output.includes(0) ? /does not fit into/ : undefined;
}

describe('layers of Flax', () => {
  it.each(rows.map((row) => ({ row, name: `${row[0]}(${row[1]}) on ${row[2].join('×')}` })))('$name', ({ row }) => {
    const [layer, , , output, parameters] = row;
    const expected = refusal(row) ? expect.stringMatching(refusal(row)!) : { output, parameters };
    expect(readIn(inLinen(row))).toEqual(expected);
    if (layer !== 'max_pool') expect(readIn(inNnx(row))).toEqual(expected);
  });

  it('are convolutions that read nothing behind a position where they are causal', () => {
    const row: Row = ['Conv', '6, (3,), padding="CAUSAL", kernel_dilation=2', [11, 4], [11, 6], 78];
    const [definition] = read(inLinen(row), 'net.py', { weights: false })!.networks;
    const [{ operation }] = buildNetwork(definition).network.layers;
    expect(operation).toMatchObject({
      window: {
        dilation: [1, 2],
        padding: [
          [0, 0],
          [4, 0],
        ],
      },
    });
  });

  it.each(['6, (3, 3), padding="CAUSAL"', '6, (3, 3), padding=(1,)', '6, (3, 3), input_dilation=2'])(
    'are refused where Flax refuses them: %s',
    (given) => {
      expect(readIn(inLinen(['Conv', given, [9, 8, 4], [], 0]))).toMatch(/not analyzed|not known/);
    },
  );
});
