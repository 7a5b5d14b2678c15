import { expect, it } from 'vitest';
import { keptLine, keptResults, snapshotKey } from '../../../../src/analysis/training/figuresCache.ts';
import type { SnapshotResult } from '../../../../src/analysis/training/snapshotFigures.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const reader = (files: Readonly<Record<string, string>>) => (file: string) =>
  Object.hasOwn(files, file) ? Promise.resolve(bytes(files[file])) : Promise.reject(new Error(`no ${file}`));

it('a key follows from the content and the choice, not from the name', async () => {
  const read = reader({ 'a.pt': 'one', 'b.pt': 'one', 'c.pt': 'two' });
  const key = await snapshotKey('a.pt', read, { seed: 1 });
  expect(await snapshotKey('b.pt', read, { seed: 1 })).toBe(key);
  expect(await snapshotKey('c.pt', read, { seed: 1 })).not.toBe(key);
  expect(await snapshotKey('a.pt', read, { seed: 2 })).not.toBe(key);
});

it('snapshots of TensorFlow.js differ in their shards, though their model.json is the same', async () => {
  const model = JSON.stringify({ weightsManifest: [{ paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'] }] });
  const folder = (second: string) => ({ 'group1-shard1of2.bin': 'same', 'group1-shard2of2.bin': second });
  const within = (name: string, files: Record<string, string>) =>
    Object.fromEntries(
      Object.entries({ 'model.json': model, ...files }).map(([file, text]) => [`${name}/${file}`, text]),
    );
  const read = reader({
    ...within('step-1', folder('one')),
    ...within('step-2', folder('two')),
    ...within('step-3', folder('one')),
  });
  const [first, second, third] = await Promise.all(
    [1, 2, 3].map((step) => snapshotKey(`step-${step}/model.json`, read, null)),
  );
  expect(second).not.toBe(first);
  expect(third).toBe(first);
});

it('kept results are read again, without the line that was interrupted', () => {
  const kept = { domain: { kind: 'all' } } as unknown as SnapshotResult;
  const known = keptResults(`${keptLine('a', kept)}${keptLine('b', kept)}{"key":"c","ke`);
  expect([...known]).toEqual([
    ['a', kept],
    ['b', kept],
  ]);
});
