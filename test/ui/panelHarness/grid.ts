import type { WeightsSource } from '../../../src/common/weightsSource.ts';

/** A picture of side x side quadrangles, whose lines are those of this many layers; the answer to this question. */
interface Grid {
  readonly side: number;
  readonly id: number;
  readonly source: WeightsSource;
  readonly layers: number;
}

/** In the page: sends the picture. */
export function sendGrid({ side, id, source, layers }: Grid): void {
  const count = side * side;
  const vertices = new Float32Array(8 * count);
  const edgeLayers = new Int32Array(4 * count);
  const offsets = Uint32Array.from({ length: count + 1 }, (_, i) => 4 * i);
  const gradients = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i * 0.7));
  const jitter = (i: number, j: number): number =>
    i % side === 0 || j % side === 0 ? 0 : 0.3 * Math.sin(12.9898 * i + 78.233 * j);
  for (let i = 0; i < count; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    [
      [x, y],
      [x + 1, y],
      [x + 1, y + 1],
      [x, y + 1],
    ].forEach(([a, b], k) => {
      vertices[8 * i + 2 * k] = (a + jitter(a, b)) / side;
      vertices[8 * i + 2 * k + 1] = (b + jitter(b, a)) / side;
      edgeLayers[4 * i + k] = (x + y + k) % layers;
    });
  }
  const window_ = { x: 0, y: 0, size: 1 };
  const picture = {
    source,
    window: window_,
    exact: true,
    vertices,
    offsets,
    gradients,
    edgeLayers,
    boundary: new Float32Array(),
    outputs: 1,
    sides: [2, 2],
    expected: null,
  };
  window.postMessage({ type: 'answer', id, name: 'picture', answer: picture, error: null }, '*');
}
