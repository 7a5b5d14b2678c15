import { describe, expect, it } from 'vitest';
import { imports, readPython } from './read.ts';

const net = `
class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.hidden = nn.Linear(2, width)
        self.last = nn.Linear(width, 1)

    def forward(self, x):
        return self.last(torch.relu(self.hidden(x)))
`;
const keras = `
import keras
class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(8, activation="relu")

    def call(self, x):
        return self.hidden(x)
`;

/** The line in which each network is written, by its name. */
function places(source: string, files: Readonly<Record<string, string>> = {}): Record<string, string> {
  const text = imports + source;
  const lineAt = (at: number) => text.slice(text.lastIndexOf('\n', at - 1) + 1).split('\n')[0];
  const { networks } = readPython(source, files);
  return Object.fromEntries(networks.map(({ name, nameSpan }) => [name, lineAt(nameSpan.start)]));
}

describe('a network in Python is written', () => {
  it('at its class, wherever the file makes it', () => {
    const line = 'class Net(nn.Module):';
    expect(places(net)).toEqual({ Net: line });
    expect(places(`${net}\nmodel = Net(4)\n`)).toEqual({ model: line });
    expect(places(`${net}\nif __name__ == "__main__":\n    print(Net()(torch.randn(1, 2)))\n`)).toEqual({ Net: line });
    expect(places(`${keras}\nmodel = Classifier()\nmodel.build((None, 4))\n`)).toEqual({
      model: 'class Classifier(keras.Model):',
    });
  });

  it('where the file makes it, if it makes several of one class', () => {
    expect(places(`${net}\nsmall = Net(4)\nlarge = Net(64)\n`)).toEqual({
      small: 'small = Net(4)',
      large: 'large = Net(64)',
    });
  });

  it('where the file makes it, if its class is that of another file', () => {
    const files = { 'nets.py': imports + net };
    expect(places('from nets import Net\nmodel = Net()\n', files)).toEqual({ model: 'model = Net()' });
  });
});
