import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openWeights } from '../../../../src/formats/weights/open.ts';
import { source } from '../weights/files.ts';

const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** An archive as `torch.save` writes it, around a pickle of its own. */
const archive = (pickle: string, storages: Readonly<Record<string, Uint8Array>> = {}) =>
  zipSync(
    Object.fromEntries([
      ['archive/data.pkl', latin(pickle)],
      ...Object.entries(storages).map(([key, bytes]) => [`archive/data/${key}`, bytes] as const),
      ['archive/version', latin('3\n')],
    ]),
    { level: 0 },
  );

const valuesOf = (bytes: Uint8Array) => openWeights(source('w.pt', bytes)).tensors.map(({ values }) => values());

const binaryText = (text: string) => `X${String.fromCharCode(text.length)}\0\0\0${text}`;
const unsigned = (value: number) => `J${String.fromCharCode(...new Uint8Array(Uint32Array.of(value).buffer))}`;
const tuple = (...items: readonly string[]) => `(${items.join('')}t`;

/** A dictionary with one tensor over the storage `0`. */
function tensorPickle(
  { count, offset, shape, stride }: { count: string; offset: string; shape: string; stride: string },
  kind = 'FloatStorage',
): string {
  const id = tuple(binaryText('storage'), `ctorch\n${kind}\n`, binaryText('0'), binaryText('cpu'), count);
  const args = tuple(`${id}Q`, offset, shape, stride, '\x89', '}');
  return `\x80\x02}${binaryText('w')}ctorch._utils\n_rebuild_tensor_v2\n${args}Rs.`;
}
const four = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
const plain = { count: unsigned(4), offset: unsigned(0), shape: tuple(unsigned(4)), stride: tuple(unsigned(1)) };

describe('a pickle that asks for more than tensors', () => {
  it.each([
    ['by REDUCE', `cos\nsystem\n(S'touch broken'\ntR.`, 'os.system'],
    ['by REDUCE inside of a dictionary', `}S'w'\ncposix\nsystem\n(S'touch broken'\ntRs.`, 'posix.system'],
    ['by INST', `(S'touch broken'\nios\nsystem\n.`, 'os.system'],
    ['by OBJ', `(csubprocess\nPopen\nS'touch broken'\no.`, 'subprocess.Popen'],
    ['by STACK_GLOBAL', `\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x031+1\x85R.`, 'builtins.eval'],
    ['of Python 2', `c__builtin__\nexec\n(S'import os'\ntR.`, '__builtin__.exec'],
    [
      'through a function that makes tensors',
      `ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\nN(S'x'\ntNtR.`,
      'os.system',
    ],
    ['through an attribute', `c__builtin__\ngetattr\n(cos\npath\nS'join'\ntR.`, '__builtin__.getattr'],
    ['through PyTorch itself', `ctorch\nload\n(S'other.pt'\ntR.`, 'torch.load'],
  ])('%s is refused by the name of what it asks for', (_, pickle, name) => {
    expect(() => valuesOf(archive(pickle))).toThrow(`w.pt asks Python to call ${name}, which no weights need.`);
  });

  it('by a class gives an object without effect', () => {
    const pickle = `csubprocess\nPopen\n)\x81}S'args'\nS'touch broken'\nsb.`;
    expect(() => valuesOf(archive(pickle))).toThrow('holds an object of the class subprocess.Popen');
  });

  it('by names of JavaScript changes nothing', () => {
    const keys = ['__proto__', 'constructor', 'toString'].map((key) => `S'${key}'\n}s`).join('');
    expect(() => valuesOf(archive(`}${keys}.`))).toThrow('holds no tensors');
    expect(({} as Record<string, unknown>).w).toBeUndefined();
    for (const name of ['__proto__', 'constructor', 'hasOwnProperty'])
      expect(() => valuesOf(archive(`c\n${name}\n)R.`))).toThrow('asks Python to call');
  });
});

describe('a damaged or lying file of PyTorch', () => {
  it('is read when nothing is wrong with it', () => {
    expect(valuesOf(archive(tensorPickle(plain), { 0: four }))).toEqual([Float64Array.of(1, 2, 3, 4)]);
    const repeated = { ...plain, shape: tuple(unsigned(2), unsigned(2)), stride: tuple(unsigned(0), unsigned(1)) };
    expect(valuesOf(archive(tensorPickle(repeated), { 0: four }))).toEqual([Float64Array.of(1, 2, 1, 2)]);
  });

  it.each([
    ['a tensor longer than its storage', tensorPickle({ ...plain, shape: tuple(unsigned(5)) }), 'reaches beyond'],
    ['a tensor that begins too late', tensorPickle({ ...plain, offset: unsigned(1) }), 'reaches beyond'],
    ['steps beyond the storage', tensorPickle({ ...plain, stride: tuple(unsigned(2)) }), 'reaches beyond'],
    [
      'a storage longer than its file',
      tensorPickle({ ...plain, count: unsigned(8), shape: tuple(unsigned(8)) }),
      'data/0 is shorter',
    ],
    ['a negative size', tensorPickle({ ...plain, shape: tuple(unsigned(0xffffffff)) }), 'is not described'],
    [
      'a number repeated without end',
      tensorPickle({ ...plain, shape: tuple(unsigned(2 ** 30)), stride: tuple(unsigned(0)) }),
      'no weights do that',
    ],
    ['shape and steps of two lengths', tensorPickle({ ...plain, stride: ')' }), 'is not described'],
    ['numbers of a kind that is not read', tensorPickle(plain, 'ComplexFloatStorage'), 'holds ComplexFloat numbers'],
    ['no storage of this kind', tensorPickle(plain, 'Module'), 'is not described'],
    ['lists in lists without end', `${']'.repeat(5000)}${'a'.repeat(4999)}.`, 'nested more deeply'],
    ['a dictionary that holds itself', `}q\0S'a'\nh\0s.`, 'holds no tensors'],
    ['an opcode that Python has not', '\xfe.', 'cannot be followed'],
    ['a value that was never kept', 'h\x05.', 'cannot be followed'],
    ['nothing to stop with', '.', 'cannot be followed'],
    ['a text longer than the file', 'X\xff\xff\xff\x7fabc.', 'cannot be followed'],
    ['a whole number without end', '\x8b\xff\xff\xff\x7f.', 'cannot be followed'],
  ])('with %s is refused with a sentence', (_, pickle, sentence) => {
    expect(() => valuesOf(archive(pickle, { 0: four }))).toThrow(/^w\.pt /);
    expect(() => valuesOf(archive(pickle, { 0: four }))).toThrow(sentence);
  });

  it('with a dictionary that doubles at every level is refused in time', () => {
    // Thirty levels, each with the one below twice: a billion paths.
    const levels = Array.from({ length: 30 }, (_, k) => {
      const below = k === 0 ? '}' : `h${String.fromCharCode(k - 1)}`;
      return `}S'a'\n${below}sS'b'\n${below}sq${String.fromCharCode(k)}`;
    }).join('');
    expect(() => valuesOf(archive(`${levels}.`))).toThrow('nested more deeply than any model');
  });

  it('with more steps than any model has is refused', () => {
    expect(() => valuesOf(archive('N0'.repeat(1_600_000)))).toThrow('more than 3000000 steps');
  });

  it('with a description packed to a thousandth is refused before it is unpacked', () => {
    const bomb = zipSync({ 'archive/data.pkl': new Uint8Array(80_000_000) }, { level: 9 });
    expect(() => valuesOf(bomb)).toThrow('times as large when it is unpacked');
  });

  it('in the older form is refused where it is cut, and where its lengths lie', () => {
    const whole = new Uint8Array(readFileSync(new URL('../../../fixtures/pytorch/mlp.legacy.pth', import.meta.url)));
    for (let cut = 20; cut < whole.length; cut += 7)
      expect(() => valuesOf(whole.slice(0, cut)), `${cut} bytes`).toThrow(/^w\.pt /);
    const view = new DataView(whole.buffer);
    const count = [2, 16, 32, 256].find((k) => view.getBigUint64(whole.length - 8 - 4 * k, true) === BigInt(k))!;
    const last = whole.slice();
    new DataView(last.buffer).setBigUint64(whole.length - 8 - 4 * count, 2n ** 63n - 1n, true);
    expect(() => valuesOf(last)).toThrow('ends before its weights do');
  });
});
