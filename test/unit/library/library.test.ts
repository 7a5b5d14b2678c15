import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze, count, FORMATS, NetworkError } from '../../../src/library/index.ts';
import { npz } from '../formats/weights/files.ts';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
const dense = (units: number, more: object = {}) => ({ type: 'dense', units, ...more });
const small = { input: [2], layers: [dense(6, { activation: 'relu' }), dense(1)] };

describe('analyze', () => {
  it('takes a definition as an object and as its text', () => {
    const { networks, ...rest } = analyze(small);
    expect(rest).toMatchObject({ format: 'native', file: 'network.json', diagnostics: [] });
    // Six lines in the plane make at most 22 regions.
    expect(networks[0].bounds.find(({ id }) => id === 'tightest-upper')?.value).toBe('22');
    expect(analyze(JSON.stringify(small, null, 2))).toEqual(analyze(small));
  });

  it('takes source code with the files it imports', () => {
    const source = `import { width } from './sizes';
export const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: width, activation: 'relu' })] });
`;
    const text = `import * as tf from '@tensorflow/tfjs';\n${source}`;
    const asked: string[] = [];
    const readFile = (path: string) => {
      asked.push(path);
      return path === 'sizes.ts' ? 'export const width = 7;' : undefined;
    };
    expect(analyze(text, { fileName: 'model.ts', readFile }).networks[0].neurons).toBe(7);
    expect(asked).toContain('sizes.ts');
  });

  it('takes the bytes of a model', () => {
    const report = analyze(fixture('onnx-files/mlp.onnx'), { fileName: 'mlp.onnx' });
    expect(report.format).toBe('onnx');
    expect(FORMATS).toContain(report.format);
  });

  it('says what is wrong in diagnostics, and throws where nothing is recognized', () => {
    expect(analyze({ input: [2], layers: [{ type: 'dense' }] }).diagnostics[0]).toMatchObject({ severity: 'error' });
    expect(() => analyze('hello')).toThrow(new NetworkError('no network definition found in this file'));
    expect(() => analyze(Uint8Array.of(1, 2, 3), { fileName: 'a.bin' })).toThrow(NetworkError);
  });

  it('bounds a slice where one is asked for', () => {
    const deep = { input: [5], layers: [dense(6, { activation: 'relu' })] };
    const value = (options: object) =>
      analyze(deep, options).networks[0].bounds.find(({ id }) => id === 'tightest-upper')?.value;
    expect([value({}), value({ sliceDimension: 1 })]).toEqual(['63', '7']);
  });
});

describe('count', () => {
  it('draws what the source does not give, and names it', () => {
    const result = count(small, { seed: 3 });
    expect(result).toMatchObject({ exact: true, method: 'plane', seed: 3, drawn: ['dense_1', 'dense_2'] });
    expect(count(small, { seed: 3 }).activationRegions).toBe(result.activationRegions);
  });

  it('counts with the weights in the source, what two other programs count', () => {
    const text = fixture('counts/mlp_2-16-16-1_s2.network.json').toString();
    expect(count(text)).toMatchObject({ activationRegions: 424, exact: true, drawn: [] });
  });

  it('counts with the weights of a model in bytes, and of a file of weights', () => {
    const model = fixture('onnx-files/mlp.onnx');
    expect(count(model, { fileName: 'mlp.onnx' })).toMatchObject({ activationRegions: 127, weights: 'mlp.onnx' });
    const network = { input: [1], layers: [dense(2, { name: 'a', activation: 'relu' })] };
    const tensors = {
      'a/kernel': { shape: [1, 2], data: Float64Array.of(1, 1) },
      'a/bias': { shape: [2], data: Float64Array.of(0, 0.5) },
    };
    const weights = { name: 'a.npz', bytes: npz(tensors) };
    expect(count(network, { weights })).toMatchObject({ activationRegions: 3, weights: 'a.npz', drawn: [] });
  });

  it('counts in a place', () => {
    const place = { kind: 'segment', from: [-1, 0], to: [1, 0] } as const;
    expect(count(small, { place })).toMatchObject({ method: 'line', domain: { from: [-1, 0], to: [1, 0] } });
    expect(count(small, { place: { kind: 'all' } })).toMatchObject({ method: 'cells', domain: 'all' });
  });

  it('says that a count which a limit has ended is not exact', () => {
    const large = { input: [2], layers: [dense(64, { activation: 'relu' }), dense(64, { activation: 'relu' })] };
    expect(count(large, { maxRegions: 50 })).toMatchObject({ exact: false, stoppedBy: 'regions' });
  });

  it.each<[string, Parameters<typeof count>[1], RegExp]>([
    ['no such network', { network: 'b' }, /There is no network b in network.json/],
    ['a place for another method', { method: 'cells', place: { kind: 'segment', from: [0, 0], to: [1, 1] } }, /cells/],
    ['a place without extent', { place: { kind: 'segment', from: [0, 0], to: [0, 0] } }, /same point/],
    ['points of too many coordinates', { place: { kind: 'segment', from: [0, 0, 1], to: [0, 0, 0] } }, /2 finite/],
    ['weights that are none', { weights: { name: 'w.h5', bytes: Uint8Array.of(1) } }, /w\.h5 is not a weights file/],
  ])('refuses %s', (_, options, message) => {
    expect(() => count(small, options)).toThrow(NetworkError);
    expect(() => count(small, options)).toThrow(message);
  });
});
