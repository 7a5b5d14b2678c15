import type { Connection } from 'vscode-languageserver';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EditorFiles } from '../../../../src/host/browser/editorFiles.ts';
import { ThreadFiles } from '../../../../src/host/browser/threadFiles.ts';
import type { FoundFile, WantedFile } from '../../../../src/host/browser/threadMessages.ts';
import { limitedBy } from '../../../../src/host/browser/timeLimit.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('files of a thread in a browser', () => {
  const folder = 'vscode-vfs://github/me/models';
  const asked: (readonly WantedFile[])[] = [];
  afterEach(() => asked.splice(0));

  /** What the editor has, by address; a string says why a file cannot be read. */
  const filesOf = (there: Record<string, { stamp: string; bytes: Uint8Array<ArrayBuffer> } | string>) => {
    const files: ThreadFiles = new ThreadFiles((wanted) => {
      asked.push(wanted);
      const found = wanted.map(({ address, stamp: known }): FoundFile => {
        const file = there[address] ?? 'there is no such file';
        if (typeof file === 'string') return { address, fault: file };
        return known === file.stamp ? { address, stamp: file.stamp } : { address, ...file };
      });
      queueMicrotask(() => files.receive(found));
    });
    return files;
  };

  it('are brought when they were asked for, and only sent again when they have changed', async () => {
    const address = `${folder}/a.npz`;
    const there = { [address]: { stamp: '1', bytes: bytes(1, 2, 3) } };
    const files = filesOf(there);
    expect(() => files.open(address)).toThrow('not read yet');
    expect(await files.bring()).toBe(true);
    expect([files.open(address).name, ...files.open(address).read(1, 2)]).toEqual(['a.npz', 2, 3]);
    const stamp = files.stampOf([address]);
    // The task is done with its files.
    expect(await files.bring()).toBe(false);

    expect(() => files.open(address)).toThrow('not read yet');
    await files.bring();
    expect([...files.open(address).read(0, 3)]).toEqual([1, 2, 3]);
    expect(files.stampOf([address])).toBe(stamp);
    await files.bring();

    there[address] = { stamp: '2', bytes: bytes(9) };
    expect(() => files.open(address)).toThrow('not read yet');
    await files.bring();
    expect([...files.open(address).read(0, 1)]).toEqual([9]);
    expect(files.stampOf([address])).not.toBe(stamp);
    expect(asked.map(([{ stamp }]) => stamp)).toEqual([undefined, '1', '1']);
  });

  it('say why they cannot be read', async () => {
    const files = filesOf({});
    expect(() => files.open(`${folder}/b.npz`)).toThrow('not read yet');
    await files.bring();
    expect(() => files.open(`${folder}/b.npz`)).toThrow('there is no such file');
  });

  it('are not read outside of the folder of their model', () => {
    const files = filesOf({});
    expect(files.within(folder, 'shards/a.bin')).toBe(`${folder}/shards/a.bin`);
    for (const path of ['../a.bin', '/etc/a.bin', 'shards/../../a.bin', '.'])
      expect(() => files.within(folder, path), path).toThrow('outside');
    expect(files.folderOf(`${folder}/model.json`)).toBe(folder);
  });
});

describe('files that the editor reads for the server', () => {
  const sendRequest = vi.fn((_: string, { uri }: { uri: string; maxBytes: number }) =>
    Promise.resolve(
      uri.endsWith('/sizes.ts') ? new TextEncoder().encode('\uFEFFlet a') : uri.endsWith('.bin') ? bytes(7) : null,
    ),
  );
  const files = new EditorFiles({ sendRequest } as unknown as Connection);
  afterEach(() => sendRequest.mockClear());

  it('are read by their addresses, whatever they escape', async () => {
    expect(await files.readText('vscode-vfs://github%2Bab/me/a b#1/sizes.ts', '', 10)).toBe('let a');
    expect(sendRequest.mock.calls[0][1]).toEqual({
      uri: 'vscode-vfs://github%2Bab/me/a%20b%231/sizes.ts',
      maxBytes: 10,
    });
    expect(await files.readText('memory:///me/none.ts', '', 10)).toBeNull();
  });

  it('beside a model are there once they were brought, and never from outside of its folder', async () => {
    const model = 'memory:///me/model.json';
    const beside = files.bytesBeside(model);
    expect(files.isWaiting(model)).toBe(false);
    expect([beside('a.bin'), beside('../b.bin'), beside('none')]).toEqual([undefined, undefined, undefined]);
    expect(files.isWaiting(model)).toBe(true);
    await files.bring(model);
    expect(files.isWaiting(model)).toBe(false);
    expect([...beside('a.bin')!.read(0, 1)]).toEqual([7]);
    expect([beside('../b.bin'), beside('none')]).toEqual([undefined, undefined]);
    expect(sendRequest.mock.calls.map(([, { uri }]) => uri)).toEqual(['memory:/me/a.bin', 'memory:/me/none']);
    files.forget(model);
    expect(beside('a.bin')).toBeUndefined();
  });
});

it('a limit of time is for the outermost task, and ends with it also when that fails', () => {
  const said: string[] = [];
  const within = limitedBy(({ kind }) => said.push(kind));
  expect(within(10, 'late', () => within(5, 'late', () => 1))).toBe(1);
  expect(said).toEqual(['limit', 'inTime']);
  const failing = () => {
    throw new Error('no');
  };
  expect(() => within(10, 'late', failing)).toThrow('no');
  expect(said).toEqual(['limit', 'inTime', 'limit', 'inTime']);
});
