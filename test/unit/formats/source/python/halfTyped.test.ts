import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { read } from '../../../../../src/formats/registry.ts';

const folder = new URL('classics/', import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.py'))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

interface Edited {
  readonly text: string;
  /** Where what stood at an offset stands now; null if the edit took it away. */
  readonly locate: (offset: number) => number | null;
}

type Edit = (text: string, line: { readonly start: number; readonly end: number; readonly indent: string }) => Edited;

/** Types a line below another one. */
const below =
  (typed: (indent: string) => string): Edit =>
  (text, { end, indent }) => {
    const line = `\n${typed(indent)}`;
    return {
      text: text.slice(0, end) + line + text.slice(end),
      locate: (offset) => (offset < end ? offset : offset + line.length),
    };
  };

const edits: readonly (readonly [name: string, kept: number, edit: Edit])[] = [
  ['a call that is not closed', 0.99, below((indent) => `${indent}self.extra = nn.Conv2d(64, `)],
  ['a name behind a dot', 0.99, below((indent) => `${indent}self.extra = nn.`)],
  ['a value of an assignment', 0.99, below((indent) => `${indent}self.extra =`)],
  ['the end of a string', 0.99, below((indent) => `${indent}self.extra = "conv`)],
  ['the end of a list', 0.95, below((indent) => `${indent}layers = [nn.Conv2d(3, `)],
  ['the parameters of a function', 0.97, below(() => `\n    def helper(self`)],
  ['what a loop goes over', 0.97, below((indent) => `${indent}for i in range(`)],
  ['the body of a condition', 0.99, below((indent) => `${indent}if x:`)],
  ['the place of a line', 0.99, below((indent) => `${indent}   y = 1`)],
  [
    'a closing parenthesis',
    0.9,
    (text, { start }) => {
      const at = text.indexOf(')', start);
      return {
        text: text.slice(0, at) + text.slice(at + 1),
        locate: (offset) => (offset < at ? offset : offset === at ? null : offset - 1),
      };
    },
  ],
];

/** Six lines of code within functions, from all over the file. */
function linesOf(text: string): { start: number; end: number; indent: string }[] {
  const lines = Array.from(text.matchAll(/^( {8,})\S.*\)$/gm), ({ 0: line, 1: indent, index }) => {
    return { start: index, end: index + line.length, indent };
  });
  return Array.from({ length: 6 }, (_none, i) => lines[Math.floor(((i + 0.5) * lines.length) / 6)]);
}

function starts(text: string, name: string): { starts: Set<number>; hasSyntaxErrors: boolean } {
  const { networks = [], hasSyntaxErrors = false } = read(text, name, { weights: false }) ?? {};
  const layers = networks.flatMap((network) => network.layers);
  for (const { span } of layers) expect(span.end).toBeLessThanOrEqual(text.length);
  return { starts: new Set(layers.map(({ span }) => span.start)), hasSyntaxErrors };
}

describe('Python that is being typed', () => {
  it.each(edits)('keeps the layers around it where this is missing: %s', (_name, share, edit) => {
    let [total, kept] = [0, 0];
    for (const { name, text } of sources) {
      const before = starts(text, name);
      expect(before.hasSyntaxErrors).toBe(false);
      for (const line of linesOf(text)) {
        const edited = edit(text, line);
        const after = starts(edited.text, name);
        const places = [...before.starts].map(edited.locate).filter((place) => place !== null);
        const found = places.filter((place) => after.starts.has(place)).length;
        // What is not found is shown as it was before.
        if (found < places.length) expect(after.hasSyntaxErrors).toBe(true);
        total += places.length;
        kept += found;
      }
    }
    expect(kept / total).toBeGreaterThanOrEqual(share);
  });

  it('keeps the networks that stand before the end of the text', () => {
    const { text } = sources.find(({ name }) => name === 'small.py') ?? { text: '' };
    const end = text.indexOf('class Block');
    for (let cut = end; cut < text.length; cut += 97) {
      const { networks = [] } = read(text.slice(0, cut), 'small.py', { weights: false }) ?? {};
      expect(networks.map(({ name }) => name)).toEqual(expect.arrayContaining(['Mlp', 'LeNet']));
    }
  });

  it('does not end statements that go on in the next line', () => {
    const text = `import torch.nn as nn
net = nn.Sequential(
nn.Linear(2,
8), nn.ReLU(),
nn.Linear(in_features=8,
out_features=1),
)
half = nn.Linear(
`;
    const { networks = [] } = read(text, 'net.py', { weights: false }) ?? {};
    expect(networks.find(({ name }) => name === 'net')?.layers).toHaveLength(3);
  });
});
