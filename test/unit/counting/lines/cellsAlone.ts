/** A network of one input that cannot be counted layer by layer from -1 to 1: breakpoints are too close to place. */
export const cellsAlone = JSON.stringify({
  input: [1],
  layers: [
    { type: 'dense', units: 2, activation: 'relu', weights: { kernel: [[-2, 2]], bias: [0, 1] } },
    {
      type: 'dense',
      units: 2,
      activation: 'relu',
      weights: {
        kernel: [
          [-2, 1e80],
          [1e-160, 1e-80],
        ],
        bias: [0, 0],
      },
    },
    { type: 'dense', units: 1, activation: 'abs', weights: { kernel: [[1], [1]], bias: [-1] } },
  ],
});
