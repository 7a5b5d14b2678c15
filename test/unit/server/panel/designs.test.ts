import { describe, expect, it } from 'vitest';
import { analyze } from '../../../../src/analysis/analyze.ts';
import { panelFit } from '../../../../src/server/panel/designs.ts';

const mlp = (widths: readonly number[]) => {
  const layers = widths.map((units) => ({ type: 'dense', units, activation: 'relu' }));
  const text = JSON.stringify({ name: 'mlp', input: [2], layers: [...layers, { type: 'dense', units: 1 }] });
  return analyze(text, 'a.network.json', {}, null)!.networks[0];
};
const turn = () => Promise.resolve();

describe('designs under a budget', () => {
  it('use no more parameters than allowed, best first by what random networks do', async () => {
    const fit = await panelFit(
      mlp([16, 16]),
      { maxParameters: 400, maxMultiplyAdds: null, objective: 'automatic', depth: null },
      turn,
    );
    expect(fit.objective).toBe('expected-plane');
    expect(fit.start).toMatchObject({ widths: [16, 16], parameters: 337 });
    const regions = fit.designs.map(({ expected }) => expected!.log10);
    expect(regions).toEqual([...regions].sort((a, b) => b - a));
    for (const { parameters, widths } of fit.designs) {
      expect(parameters).toBeLessThanOrEqual(400);
      expect(parameters).toBe(3 * widths[0] + (widths[0] + 1) * widths[1] + widths[1] + 1);
    }
    expect(fit.isExhaustive).toBe(true);
  });

  it('use no more multiply-adds than allowed', async () => {
    const question = { maxParameters: 400, maxMultiplyAdds: 200, objective: 'at-most', depth: null } as const;
    const { designs, isExhaustive } = await panelFit(mlp([16, 16]), question, turn);
    expect(isExhaustive).toBe(true);
    expect(designs.length).toBeGreaterThan(0);
    for (const { multiplyAdds, widths } of designs) {
      expect(multiplyAdds).toBe(2 * widths[0] + widths[0] * widths[1] + widths[1]);
      expect(multiplyAdds).toBeLessThanOrEqual(200);
    }
  });

  it('are one for each depth where the depth is asked for', async () => {
    const fit = await panelFit(
      mlp([16]),
      { maxParameters: 600, maxMultiplyAdds: null, objective: 'at-most', depth: 3 },
      turn,
    );
    expect(fit.repeated).toBe('dense_1');
    expect(fit.designs.map(({ copies }) => copies)).toEqual([1, 2, 3]);
    for (const { parameters } of fit.designs) expect(parameters).toBeLessThanOrEqual(600);
  });

  it('are refused where there is no width to choose', async () => {
    await expect(
      panelFit(mlp([]), { maxParameters: 100, maxMultiplyAdds: null, objective: 'automatic', depth: null }, turn),
    ).rejects.toThrow('No layer of this network has a width that can be chosen.');
  });
});
