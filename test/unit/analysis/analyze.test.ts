import { describe, expect, it } from 'vitest';
import fc from '../../fastCheck.ts';
import { analyze, type Analysis } from '../../../src/analysis/analyze.ts';
import { LineIndex } from '../../../src/analysis/lineIndex.ts';
import { reportJson } from '../../../src/report/reportJson.ts';
import { fixture } from '../formats/fixtures.ts';

const several = `import * as tf from '@tensorflow/tfjs';
const width = 6;
const first = tf.sequential({ layers: [
  tf.layers.dense({ inputShape: [2], units: width, activation: 'relu' }),
  tf.layers.dense({ units: 1 }),
] });
// between
const second = tf.sequential();
second.add(tf.layers.dense({ inputShape: [3], units: 5, activation: 'relu' }));
second.add(tf.layers.dense({ units: 4, activation: 'relu' }));
second.add(tf.layers.dense({ units: 2 }));
`;

const report = (text: string, analysis: Analysis | null) => analysis && reportJson('x', analysis, new LineIndex(text));
const script = `import torch
from torch import nn
class Net(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.a, self.b = nn.Linear(3, width), nn.Linear(width, 2)
    def forward(self, x): return self.b(self.a(x).relu())
net = Net()
net(torch.randn(5, 3))
row = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
`;

const bound = (analysis: Analysis | null, network: number) => analysis?.networks[network].bound('tightest-upper');

describe('the analysis of an edited text', () => {
  it('keeps what is known of the networks that the edit left alone, at their new places', () => {
    const before = analyze(several, 'm.ts');
    const known = [bound(before, 0), bound(before, 1)];
    const edited = several.replace('units: 5', 'units: 7').replace('const width', '// a line more\nconst width');
    const after = analyze(edited, 'm.ts', {}, before);
    expect(bound(after, 0)).toBe(known[0]);
    expect(bound(after, 1)).not.toBe(known[1]);
    expect(after?.networks[0].explanations).toBe(before?.networks[0].explanations);
    expect(report(edited, after)).toEqual(report(edited, analyze(edited, 'm.ts')));
    const { start } = after!.networks[1].definition.layers[1].span;
    expect(edited.slice(start)).toMatch(/^tf\.layers\.dense\(\{ units: 4/);
  });

  it('keeps what is known of a network whose data stands in another line, and says in which', () => {
    const before = analyze(script, 'm.py');
    const known = bound(before, 0);
    const edited = `# a line more\n${script}`;
    const after = analyze(edited, 'm.py', {}, before);
    expect(bound(after, 0)).toBe(known);
    expect(after?.networks[0].network.inputs[0].source).toBe('from `torch.randn` in line 10');
    expect(before?.networks[0].network.inputs[0].source).toBe('from `torch.randn` in line 9');
    expect(report(edited, after)).toEqual(report(edited, analyze(edited, 'm.py')));
  });

  it('keeps nothing that was computed for other options', () => {
    const before = analyze(several, 'm.ts');
    const line = analyze(several, 'm.ts', { sliceDimension: 1 }, before);
    expect(report(several, line)).toEqual(report(several, analyze(several, 'm.ts', { sliceDimension: 1 })));
    expect(bound(line, 1)?.value).not.toEqual(bound(before, 1)?.value);
  });

  it.each([
    ['m.ts', several],
    ['native.network.json', fixture('native.network.json')],
    ['keras2-functional.json', fixture('keras2-functional.json')],
    ['m.py', script],
  ])(
    'is that of the text read from scratch, after any edits of %s',
    (name, text) => {
      const edit = fc.tuple(
        fc.nat(),
        fc.nat(12),
        fc.constantFrom('', '', ' ', '\n', '1', '2', ',', 'relu', '"', '}', '// x\n'),
      );
      fc.assert(
        fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
          let now = text;
          let analysis = analyze(now, name);
          void report(now, analysis);
          for (const [from, length, inserted] of edits) {
            const at = from % (now.length + 1);
            now = now.slice(0, at) + inserted + now.slice(at + length);
            analysis = analyze(now, name, {}, analysis);
            expect(report(now, analysis)).toEqual(report(now, analyze(now, name)));
          }
        }),
        { numRuns: 60 },
      );
    },
    60_000,
  );
});
