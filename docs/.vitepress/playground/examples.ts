import type { Definition } from './protocol.ts';

/** The definitions that the page offers, by what they show. */
export const EXAMPLES: Readonly<Record<string, Definition>> = {
  'Fully connected': {
    fileName: 'network.json',
    text: `{
  "input": [2],
  "params": { "width": 16 },
  "layers": [
    { "type": "dense", "units": "width", "activation": "relu" },
    { "type": "dense", "units": "width", "activation": "relu" },
    { "type": "dense", "units": 1 }
  ]
}
`,
  },
  LeNet: {
    fileName: 'network.json',
    text: `{
  // LeNet-5 with ReLUs.
  "input": [28, 28, 1],
  "layers": [
    { "type": "conv2d", "filters": 6, "kernel_size": 5, "padding": "same", "activation": "relu" },
    { "type": "average_pooling2d", "pool_size": 2 },
    { "type": "conv2d", "filters": 16, "kernel_size": 5, "activation": "relu" },
    { "type": "average_pooling2d", "pool_size": 2 },
    { "type": "flatten" },
    { "type": "dense", "units": 120, "activation": "relu" },
    { "type": "dense", "units": 84, "activation": "relu" },
    { "type": "dense", "units": 10 }
  ]
}
`,
  },
  PyTorch: {
    fileName: 'model.py',
    text: `import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.wide = nn.Linear(8, width)
        self.narrow = nn.Linear(width, 3)
        self.again = nn.Linear(3, width)
        self.out = nn.Linear(width, 1)

    def forward(self, x):
        x = self.wide(x).relu()
        x = self.narrow(x).relu()
        x = self.again(x).relu()
        return self.out(x)


model = Bottleneck()
`,
  },
  'TensorFlow.js': {
    fileName: 'model.ts',
    text: `import * as tf from '@tensorflow/tfjs';

const model = tf.sequential();
model.add(tf.layers.dense({ inputShape: [4], units: 24, activation: 'relu' }));
for (let i = 0; i < 2; i++) {
  model.add(tf.layers.dense({ units: 12, activation: 'relu' }));
}
model.add(tf.layers.dense({ units: 3, activation: 'softmax' }));
`,
  },
};

/** The languages that a definition may be in, by the file name that tells the reader so. */
export const LANGUAGES: Readonly<Record<string, string>> = {
  'network.json': 'JSON: native, Keras, ONNX, …',
  'model.py': 'Python: PyTorch, Keras, Flax',
  'model.ts': 'TypeScript or JavaScript: TensorFlow.js',
};
