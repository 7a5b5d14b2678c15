import { describe, expect, it } from 'vitest';
import fc from '../fastCheck.ts';
import { read } from '../../src/formats/registry.ts';
import type { ReadResult } from '../../src/formats/format.ts';
import { buildNetwork } from '../../src/network/build.ts';
import type { LayerDefinition } from '../../src/network/definition.ts';
import {
  allFixtureNames,
  fixture,
  fixtureNames,
  otherFixtureNames,
  readOne,
  spansOf,
} from '../unit/formats/fixtures.ts';

/** Reads and builds; fails on a throw and on a place outside the text. */
function readSoundly(text: string, fileName: string, weights = true): ReadResult | null {
  const result = read(text, fileName, { weights });
  for (const { start, end } of result ? spansOf(result) : []) {
    if (!(start >= 0 && start <= end && end <= text.length)) throw new Error(`${start}-${end} of ${text.length}`);
  }
  for (const network of result?.networks ?? []) buildNetwork(network);
  return result;
}

/** What a layer is, as a text; without the places of its fields, which its own place implies. */
const essence = ({ name, type, operation, activation, inputs, sharedWith, span }: LayerDefinition): string =>
  JSON.stringify({ name, type, operation, activation, inputs, sharedWith, span });

/** A fixture on one line, for which there are fewer places to cut. */
const compact = (name: string): string =>
  name.startsWith('native') ? fixture(name) : fixture(name).replace(/\n\s*/g, '');

describe('a file cut anywhere', () => {
  it.each(fixtureNames)('%s still gives the layers before the cut', { timeout: 30_000 }, (name) => {
    const text = compact(name);
    const whole = readOne(text, name).layers;
    const essences = new Set(whole.map(essence));
    let recognized = 0;
    for (let cut = 0; cut < text.length; cut++) {
      const layers = readSoundly(text.slice(0, cut), name, false)?.networks[0]?.layers;
      if (!layers) continue;
      recognized++;
      const changed = layers.map(essence).filter((layer) => !essences.has(layer));
      expect(changed, `cut at ${cut}`).toEqual([]);
      // Layers of a nested model are there only once the model itself is written to its end.
      const complete = whole.filter((layer) => layer.span.end <= cut && !layer.name.includes('/'));
      expect(layers.length, `cut at ${cut}`).toBeGreaterThanOrEqual(complete.length);
    }
    expect(recognized).toBeGreaterThan(text.length / 2);
  });
});

describe('a file cut anywhere, of any other format', () => {
  it.each(otherFixtureNames)('%s is read without a fault of ours', { timeout: 30_000 }, (name) => {
    const text = fixture(name).replace(/\n\s*/g, '');
    const recognized = Array.from(text, (_, cut) => readSoundly(text.slice(0, cut), name));
    expect(recognized.filter((result) => result !== null).length).toBeGreaterThan(text.length / 3);
  });
});

const anyFixture = fc.constantFrom(...allFixtureNames);

/** Values that do not belong where they are put. */
const strange = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '-1',
    '0',
    '1e308',
    '1e999',
    'NaN',
    '-Infinity',
    '""',
    '"x"',
    '[]',
    '{}',
    '[[]]',
    '[[[1]]]',
    '{"a":{}}',
    ']',
    '}',
    '"',
    ',',
    ':',
    '/*',
    '//',
  ),
  fc.integer().map(String),
  fc.string().map((text) => JSON.stringify(text)),
  fc.json(),
);

describe('a damaged file', () => {
  it('is read as far as it goes: parts deleted', () => {
    fc.assert(
      fc.property(anyFixture, fc.nat(), fc.nat({ max: 300 }), (name, from, length) => {
        const text = fixture(name);
        const start = from % text.length;
        readSoundly(text.slice(0, start) + text.slice(start + length), name);
      }),
      { numRuns: 400 },
    );
  });

  it('is read as far as it goes: values swapped for others', () => {
    fc.assert(
      fc.property(anyFixture, fc.nat(), strange, (name, index, value) => {
        const text = fixture(name);
        const values = [...text.matchAll(/(?<=[:,[]\s*)("[^"]*"|-?[\d.]+|null|true|false|\[[^[\]]*\]|\{[^{}]*\})/g)];
        const match = values[index % values.length];
        readSoundly(text.slice(0, match.index) + value + text.slice(match.index + match[0].length), name);
      }),
      { numRuns: 600 },
    );
  });

  it('is read as far as it goes: names swapped for others, into cycles and loose ends', () => {
    fc.assert(
      fc.property(anyFixture, fc.nat(), fc.nat(), (name, from, to) => {
        const text = fixture(name);
        const strings = [...text.matchAll(/"[^"\n]*"/g)];
        const [match, other] = [strings[from % strings.length], strings[to % strings.length]];
        readSoundly(text.slice(0, match.index) + other[0] + text.slice(match.index + match[0].length), name);
      }),
      { numRuns: 600 },
    );
  });

  it('is read as far as it goes: numbers swapped for huge ones', () => {
    const huge = fc.constantFrom('9007199254740993', '4294967296', '1e15', '1e308', '-1e308', '2147483647', '65536');
    fc.assert(
      fc.property(anyFixture, fc.array(fc.tuple(fc.nat(), huge), { minLength: 1, maxLength: 4 }), (name, swaps) => {
        let text = fixture(name);
        for (const [index, value] of swaps) {
          const values = [...text.matchAll(/(?<=[:,[]\s*"?)-?\d[\d.]*(?="?\s*[,\]}])/g)];
          const match = values[index % values.length];
          text = text.slice(0, match.index) + value + text.slice(match.index + match[0].length);
        }
        readSoundly(text, name);
      }),
      { numRuns: 400 },
    );
  });

  it.each(allFixtureNames)('is read as far as it goes: %s with deep nesting in any place', (name) => {
    const text = fixture(name);
    const values = [...text.matchAll(/(?<=[:,[]\s*)("[^"]*"|-?[\d.]+|null|true|false)/g)];
    const stride = Math.max(1, Math.floor(values.length / 25));
    for (const [open, close] of [
      ['[', ']'],
      ['{"layers":[{"a":', '}]}'],
      ['[{"class_name":"Sequential","config":', '}]'],
    ]) {
      for (let k = 0; k < values.length; k += stride) {
        const { index, 0: value } = values[k];
        const deep = open.repeat(1500) + value + close.repeat(1500);
        readSoundly(text.slice(0, index) + deep + text.slice(index + value.length), name);
      }
    }
  });

  it('is read as far as it goes: noise', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => void readSoundly(text, 'a.network.json')),
    );
    fc.assert(fc.property(fc.json(), (text) => void readSoundly(text, 'a.network.json')));
    fc.assert(
      fc.property(fc.json(), (text) => void readSoundly(`{"class_name":"Functional","config":${text}}`, 'a.json')),
    );
    fc.assert(
      fc.property(fc.json(), (text) => void readSoundly(`{"input":[1],"layers":[{"type":${text}}]}`, 'a.json')),
    );
  });
});
