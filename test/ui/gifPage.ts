import { applyPalette, GIFEncoder, quantize } from 'gifenc';

/** In the page: pictures to an animated GIF. All have the same colors; what does not change is not written again. */

const COLORS = 255;
/** Stands for "as before". */
const UNCHANGED = COLORS;
/** Pictures that the colors are taken from. */
const SAMPLED = 6;

window.encodeGif = async (frames, width) => {
  const pictures = await Promise.all(frames.map(({ url }) => pixelsOf(url, width)));
  const { height } = pictures[0];
  const palette = [...quantize(sampleOf(pictures), COLORS, { format: 'rgb565' }), [0, 0, 0]];
  const gif = GIFEncoder();
  let before: Uint8Array | null = null;
  pictures.forEach(({ data }, i) => {
    const indexed = applyPalette(data, palette.slice(0, COLORS), 'rgb565');
    const shown: Uint8Array | null = before;
    const changes = shown === null ? indexed : indexed.map((color, at) => (color === shown[at] ? UNCHANGED : color));
    gif.writeFrame(changes, width, height, {
      palette: i === 0 ? palette : undefined,
      delay: frames[i].milliseconds,
      transparent: i > 0,
      transparentIndex: UNCHANGED,
      dispose: 1,
    });
    before = indexed;
  });
  gif.finish();
  return base64Of(gif.bytes());
};

async function pixelsOf(url: string, width: number): Promise<ImageData> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = Math.round((image.naturalHeight / image.naturalWidth) * width);
  const context = canvas.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Pixels of pictures from the first to the last. */
function sampleOf(pictures: readonly ImageData[]): Uint8ClampedArray {
  const chosen = Array.from(
    { length: SAMPLED },
    (_, i) => pictures[Math.round((i * (pictures.length - 1)) / (SAMPLED - 1))].data,
  );
  const all = new Uint8ClampedArray(chosen.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const data of chosen) {
    all.set(data, at);
    at += data.length;
  }
  return all;
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
