import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from './commandLine.ts';

describe('region-lens fit', () => {
  let cli: CommandLine;

  beforeAll(async () => {
    cli = await CommandLine.build();
    const hidden = (name: string) => ({ type: 'dense', name, units: 6, activation: 'relu' });
    const layers = [hidden('a'), hidden('b'), { type: 'dense', name: 'out', units: 1 }];
    await cli.file('mlp.network.json', { name: 'mlp', input: [2], layers });
  });
  afterAll(() => cli.remove());

  it('gives the best designs beside the network as it is, and writes the best one', async () => {
    const words = [
      'mlp.network.json',
      '--max-parameters',
      '150',
      '--objective',
      'at-most',
      '--output',
      'best.network.json',
    ];
    const { code, out } = await cli.run(['fit', ...words, '--json']);
    expect(code).toBe(0);
    const { search, start, designs, note } = JSON.parse(out) as {
      search: string;
      note: string;
      start: { widths: object; parameters: number; upper: { log10: number } };
      designs: (typeof start)[];
    };
    expect(search).toBe('exhaustive');
    expect(start).toMatchObject({ widths: { a: 6, b: 6 }, parameters: 67 });
    expect(designs[0].upper.log10).toBeGreaterThan(start.upper.log10);
    for (const { parameters } of designs) expect(parameters).toBeLessThanOrEqual(150);
    expect(note).toContain('not accuracy');
    const written = await cli.read('best.network.json');
    expect((JSON.parse(written) as { layers: unknown[] }).layers).toHaveLength(3);
  });

  it('asks for a budget and a layer that exists', async () => {
    expect((await cli.run(['fit', 'mlp.network.json'])).code).toBe(2);
    const unknown = await cli.run(['fit', 'mlp.network.json', '--max-parameters', '100', '--layers', 'c']);
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('there are a, b')]);
    expect((await cli.run(['fit', 'mlp.network.json', '--max-parameters', '3'])).code).toBe(1);
  });
});
