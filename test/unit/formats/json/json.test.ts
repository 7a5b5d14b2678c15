import { describe, expect, it } from 'vitest';
import { member, parseJson, plainOf } from '../../../../src/formats/json/json.ts';
import { tensorOf } from '../../../../src/formats/json/numbers.ts';

function plain(text: string): unknown {
  const { root } = parseJson(text);
  return root && plainOf(root);
}

function messages(text: string): string[] {
  return parseJson(text).problems.map(({ message, span }) => `${span.start}-${span.end} ${message}`);
}

describe('tolerant JSON', () => {
  it('reads what JSON.parse reads', () => {
    const value = { a: [1, -2.5e-3, 'x\n"é"', null, true], 'b c': { d: [], e: {} } };
    expect(plain(JSON.stringify(value, null, 2))).toEqual(value);
    expect(messages(JSON.stringify(value))).toEqual([]);
  });

  it('reads comments, trailing commas, a byte order mark and the numbers Python writes', () => {
    const text = '\ufeff// head\n{ "a": [NaN, Infinity, -Infinity, 1,], /* b */ "b": 2, }';
    expect(plain(text)).toEqual({ a: [NaN, Infinity, -Infinity, 1], b: 2 });
    expect(messages(text)).toEqual([]);
  });

  it('gives the place of each value', () => {
    const text = '{ "a": { "b": "text" } }';
    const b = member(member(parseJson(text).root ?? undefined, 'a'), 'b');
    expect(b && text.slice(b.start, b.end)).toBe('"text"');
  });

  it('keeps what it can of a broken text and says where it breaks', () => {
    expect(plain('{ "a": 1 "b": 2 }')).toEqual({ a: 1, b: 2 });
    expect(messages('{ "a": 1 "b": 2 }')).toEqual(['9-12 "," is missing before this.']);
    expect(plain('{ "a": , "b": 2 }')).toEqual({ b: 2 });
    expect(plain('{ "a": [1, 2, "b": 3 }')).toEqual({ a: [1, 2, 'b', 3] });
    expect(plain('{ a: True }')).toEqual({ a: 'True' });
    expect(plain('{ "a": [{ "x": 1 }, { "y"')).toEqual({ a: [{ x: 1 }, {}] });
    expect(messages('{ "a": [{ "x": 1 }, { "y"')).toEqual(['22-25 The text ends here, in the middle of something.']);
    expect(messages('{ "a": [1,')).toEqual(['9-10 The text ends here, in the middle of something.']);
    expect(messages('{ "a": 1 } }')).toEqual(['11-12 The file should end here.']);
    expect(plain('')).toBeNull();
  });

  it('marks what the end of the text cuts', () => {
    const { root } = parseJson('{ "a": [1, 2], "b": [3');
    expect(root).toMatchObject({ kind: 'object', cut: true });
    expect(member(root ?? undefined, 'a')).toMatchObject({ cut: false });
    expect(member(root ?? undefined, 'b')).toMatchObject({ cut: true });
  });

  it('does not choke on nesting', () => {
    expect(messages('['.repeat(100_000))).toEqual(['401-402 This is nested too deeply to be read.']);
    expect(messages('{"a":'.repeat(100_000))).toEqual(['2005-2006 This is nested too deeply to be read.']);
    expect(parseJson('['.repeat(100_000) + ']'.repeat(100_000)).root).toMatchObject({ kind: 'numbers', end: 200_000 });
  });

  it('keeps a field named __proto__ an ordinary field', () => {
    const value = plain('{ "__proto__": { "units": 3 } }') as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('passes over long lists of numbers', () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i, i / 3, -1e-7 * i]);
    const { root, problems } = parseJson(`{ "kernel": ${JSON.stringify(rows)}, "after": 1 }`);
    expect(problems).toEqual([]);
    expect(member(root ?? undefined, 'kernel')).toMatchObject({ kind: 'numbers' });
    expect(member(root ?? undefined, 'after')).toMatchObject({ value: 1 });
  });
});

describe('tensors', () => {
  const whole = (text: string) => tensorOf(text, 0, text.length);

  it('are decoded row by row', () => {
    expect(whole('[[1, 2.5], [-3e2, 4], [5, 6]]')).toEqual({
      shape: [3, 2],
      data: Float64Array.of(1, 2.5, -300, 4, 5, 6),
    });
    expect(whole('[[[1]], [[2]]]')).toEqual({ shape: [2, 1, 1], data: Float64Array.of(1, 2) });
    expect(whole('[]')).toEqual({ shape: [0], data: new Float64Array(0) });
  });

  it('grow to any size', () => {
    const values = Array.from({ length: 5000 }, (_, i) => i / 7);
    expect(whole(JSON.stringify(values))).toEqual({ shape: [5000], data: Float64Array.from(values) });
  });

  it('are refused when ragged, mixed, not finite or not numbers', () => {
    expect(whole('[[1, 2], [3]]')).toBe('the rows differ in length: 2 and 1');
    expect(whole('[[1], 2]')).toBe('numbers and lists stand side by side');
    expect(whole('[1, [2]]')).toBe('numbers and lists stand side by side');
    expect(whole('[1, NaN]')).toBe('NaN is not a finite number');
    expect(whole('["a"]')).toBe('"a" is not a finite number');
    expect(whole('[1, 2')).toBe('the list is not closed');
  });
});
