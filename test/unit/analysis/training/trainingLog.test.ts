import { expect, it } from 'vitest';
import { entryAt, parseLog } from '../../../../src/analysis/training/trainingLog.ts';

const at = (step: number | null, epoch: number | null = null) => ({ file: 'x.pt', step, epoch });

it('a list of objects, lines of JSON and CSV say the same', () => {
  const expected = [
    { step: 0, loss: 0.7 },
    { step: 10, loss: 0.5 },
  ];
  expect(parseLog(JSON.stringify(expected))).toEqual(expected);
  expect(parseLog(expected.map((entry) => JSON.stringify(entry)).join('\n') + '\n{"step": 20, "lo')).toEqual(expected);
  expect(parseLog('step,loss,comment\n0,0.7,start\n10,0.5,\n')).toEqual(expected);
});

it('the history of Keras has one entry for each epoch', () => {
  expect(parseLog('{"loss": [0.7, 0.5], "accuracy": [0.4, 0.6]}')).toEqual([
    { epoch: 1, loss: 0.7, accuracy: 0.4 },
    { epoch: 2, loss: 0.5, accuracy: 0.6 },
  ]);
});

it('lines of one step are merged', () => {
  const text = 'epoch,step,train_loss,val_loss\n0,99,0.4,\n0,99,,0.5\n';
  expect(parseLog(text)).toEqual([{ epoch: 0, step: 99, train_loss: 0.4, val_loss: 0.5 }]);
});

it('a snapshot has the last entry that is not later', () => {
  const entries = parseLog('step,loss\n0,0.7\n100,0.5\n200,0.4\n');
  expect(entryAt(entries, at(150))).toEqual({ step: 100, loss: 0.5 });
  expect(entryAt(entries, at(200))).toEqual({ step: 200, loss: 0.4 });
  expect(entryAt(entries, at(null))).toBeNull();
  expect(entryAt(parseLog('epoch,loss\n1,0.7\n2,0.5\n'), at(null, 2))).toEqual({ epoch: 2, loss: 0.5 });
});

it('a text without numbers is refused', () => {
  expect(() => parseLog('epoch 1 done\nepoch 2 done\n')).toThrow('the log holds no numbers');
});
