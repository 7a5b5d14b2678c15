import { describe, expect, it } from 'vitest';
import type { NearbyFiles } from '../../../../../src/formats/format.ts';
import { read } from '../../../../../src/formats/registry.ts';

const text = `import torch
from torch import nn
from parts import Head
net = nn.Sequential(nn.Linear(4, 8), Head())
net(torch.randn(1, 4))
`;

const holding = (units: number): NearbyFiles => ({
  text: (path) =>
    path === 'parts.py' ? `from torch import nn\ndef Head(): return nn.Linear(8, ${units})\n` : undefined,
});
const none: NearbyFiles = { text: () => undefined };

/** What an edit of a comment gives after a version that was read with other files. */
function afterComment(before: NearbyFiles | undefined, files: NearbyFiles | undefined) {
  const { kept } = read(text, 'model.py', { weights: false, files: before })!;
  const now = `# Two layers.\n${text}`;
  const again = read(now, 'model.py', { weights: false, files, kept })!;
  const afresh = read(now, 'model.py', { weights: false, files })!;
  expect({ ...again, kept: undefined }).toEqual({ ...afresh, kept: undefined });
  return again.networks[0];
}

describe('a version of a text in which a comment is new', () => {
  it('has its data in another line', () => {
    expect(afterComment(none, none).inputs[0].source).toBe('from `torch.randn` in line 6');
  });

  it.each([
    ['is there now', none, holding(3)],
    ['can be asked for now', undefined, holding(3)],
    ['is another one now', holding(3), holding(5)],
    ['is gone', holding(3), none],
  ])('is followed again where a file that it imports %s', (_what, before, files) => {
    expect(afterComment(before, files).layers).toHaveLength(2);
  });
});
