import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CommandLine } from './commandLine.ts';

const source = (path: string) => `import * as tf from '@tensorflow/tfjs';
import { width } from '${path}';
const m = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: width, activation: 'relu' })] });
`;

let cli: CommandLine;
beforeAll(async () => {
  cli = await CommandLine.build();
});
afterAll(() => cli.remove());

it('the command line follows a source into the files it imports', async () => {
  await cli.file('sizes.ts', 'export const width = 24;\n');
  await cli.file('net.ts', source('./sizes'));
  const analyzed = await cli.run(['analyze', '--json', 'net.ts']);
  expect(JSON.parse(analyzed.out)).toMatchObject({ networks: [{ neurons: 24, parameters: 72 }], diagnostics: [] });
  const counted = await cli.run(['count', '--json', '--method', 'line', 'net.ts']);
  const same = await cli.file('same.network.json', {
    input: [2],
    layers: [{ type: 'dense', units: 24, activation: 'relu' }],
  });
  const { activationRegions } = JSON.parse((await cli.run(['count', '--json', '--method', 'line', same])).out) as {
    activationRegions: number;
  };
  expect([counted.code, JSON.parse(counted.out)]).toMatchObject([0, { activationRegions }]);
});

it('the command line reads no imports from outside of its folder', async () => {
  const outside = `region-lens-outside-${process.pid}`;
  await writeFile(join(tmpdir(), `${outside}.ts`), 'export const width = 24;\n');
  await cli.file('reaching.ts', source(`../${outside}`));
  const { out } = await cli.run(['analyze', '--json', 'reaching.ts']);
  await rm(join(tmpdir(), `${outside}.ts`));
  expect(JSON.parse(out)).toMatchObject({ networks: [{ complete: false }] });
});
