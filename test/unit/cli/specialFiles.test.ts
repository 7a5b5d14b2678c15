import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from './commandLine.ts';

const network = { input: [2], layers: [{ type: 'dense', name: 'd', units: 3, activation: 'relu' }] };

/** What could be waited for or read for ever. */
describe.runIf(process.platform !== 'win32')('pipes and devices in the place of files', () => {
  let cli: CommandLine;
  let folder: string;
  let pipe: string;

  beforeAll(async () => {
    cli = await CommandLine.build();
    folder = await mkdtemp(join(tmpdir(), 'region-lens-pipes-'));
    pipe = join(folder, 'pipe.npz');
    execFileSync('mkfifo', [pipe]);
  }, 60_000);
  afterAll(async () => {
    await cli.remove();
    await rm(folder, { recursive: true });
  });

  it('are refused as weights', async () => {
    const file = await cli.file('n.network.json', network);
    const { code, err } = await cli.run(['count', file, '--method', 'plane', '--weights', pipe]);
    expect([code, err]).toEqual([1, `${pipe}:1:1: ${pipe} is a pipe or a device, not a file\n`]);
  });

  it('are refused as a network when they hold no text', async () => {
    const { code, err } = await cli.run(['analyze', '/dev/zero']);
    expect([code, err]).toEqual([1, '/dev/zero:1:1: /dev/zero is a pipe or a device, not a file\n']);
  });

  it('are read as a network when they hold one', async () => {
    const fifo = join(folder, 'pipe.network.json');
    execFileSync('mkfifo', [fifo]);
    const writing = execFileSync('sh', [
      '-c',
      `(printf '%s' "$1" > "$2") > /dev/null 2>&1 &`,
      'sh',
      JSON.stringify(network),
      fifo,
    ]);
    expect(writing.toString()).toBe('');
    const { code, out } = await cli.run(['analyze', '--json', fifo]);
    expect([code, (JSON.parse(out) as { networks: unknown[] }).networks]).toMatchObject([0, [{ neurons: 3 }]]);
  });

  it('are not read as imports', async () => {
    const source = `import * as tf from '@tensorflow/tfjs';
import { width } from './pipe';
const m = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: width, activation: 'relu' })] });
`;
    const file = join(folder, 'net.ts');
    execFileSync('mkfifo', [join(folder, 'pipe.ts')]);
    execFileSync('sh', ['-c', 'printf "%s" "$1" > "$2"', 'sh', source, file]);
    const { code, out } = await cli.run(['analyze', '--json', file]);
    expect(code).not.toBeNull();
    expect(JSON.parse(out)).toMatchObject({ networks: [{ complete: false }] });
  });
});
