import { expect, it } from 'vitest';
import { orderSnapshots, snapshotOf } from '../../../../src/analysis/training/snapshots.ts';

it.each([
  ['runs/a/step-00100.pt', 100, null],
  ['epoch=12-step=340.ckpt', 340, 12],
  ['ckpt_7.safetensors', 7, null],
  ['model_300.weights.h5', 300, null],
  ['resnet20-epoch3.pth', null, 3],
  ['iteration-5000.npz', 5000, null],
  ['final.pt', null, null],
])('the time of %s is step %s, epoch %s', (file, step, epoch) => {
  expect(snapshotOf(file)).toEqual({ file, step, epoch });
});

it('snapshots stand in the order of their steps, not of their names', () => {
  const files = ['step-9.pt', 'step-100.pt', 'step-20.pt'].map((file) => ({ file, modified: 0 }));
  expect(orderSnapshots(files).map(({ step }) => step)).toEqual([9, 20, 100]);
});

it('snapshots of epochs stand in the order of epochs', () => {
  const files = ['epoch10.pt', 'epoch2.pt'].map((file) => ({ file, modified: 0 }));
  expect(orderSnapshots(files).map(({ epoch }) => epoch)).toEqual([2, 10]);
});

it('where one name says no step, the times of writing decide, and no step is shown', () => {
  const files = [
    { file: 'step-2.pt', modified: 30 },
    { file: 'last.pt', modified: 40 },
    { file: 'step-1.pt', modified: 35 },
  ];
  expect(orderSnapshots(files)).toEqual([
    { file: 'step-2.pt', step: null, epoch: null },
    { file: 'step-1.pt', step: null, epoch: null },
    { file: 'last.pt', step: null, epoch: null },
  ]);
});
