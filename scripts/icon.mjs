/**
 * Draws media/icon.svg and media/icon.png: the regions of a small two-layer ReLU network in the plane, seen through a
 * lens. Outside the lens only the first layer's lines show, inside it those of the second, which bend at the first's.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { launchChromium } from './chromium.mjs';
import { root } from './process.mjs';

/** @typedef {[number, number]} Point */
/** @typedef {[number, number, number]} Affine a x + b y + c */

const size = 256;

/** @type {Affine[]} */
const firstLayer = [
  [0.9, 0.5, -0.32],
  [-0.35, 1, 0.22],
  [0.75, -0.8, 0.1],
  [1, 0.12, 0.48],
];

/** Weights on the first layer's units, then the bias. */
const secondLayer = [
  [1.1, -1.2, 0.6, -0.7, 0.62],
  [-0.8, 0.9, 0.9, 0.5, -0.3],
  [0.5, 1, -1.3, 0.35, -0.62],
];

/** The colors of the panel: at most, expected, counted. */
const colors = [
  [47, 129, 214],
  [128, 84, 196],
  [245, 150, 50],
];

/** @type {(f: Affine, p: Point) => number} */
const valueAt = ([a, b, c], [x, y]) => a * x + b * y + c;

/**
 * The parts of a convex polygon on either side of a line.
 * @param {Point[]} polygon
 * @param {Affine} line
 * @returns {Point[][]}
 */
function split(polygon, line) {
  /** @type {[Point[], Point[]]} */
  const sides = [[], []];
  polygon.forEach((p, i) => {
    const q = polygon[(i + 1) % polygon.length];
    const [u, v] = [valueAt(line, p), valueAt(line, q)];
    sides[u > 0 ? 1 : 0].push(p);
    if (u > 0 === v > 0) return;
    const t = u / (u - v);
    /** @type {Point} */
    const crossing = [p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])];
    sides[0].push(crossing);
    sides[1].push(crossing);
  });
  return sides.filter((side) => side.length > 2);
}

/** @type {(polygon: Point[]) => Point} */
const center = (polygon) => [
  polygon.reduce((sum, [x]) => sum + x, 0) / polygon.length,
  polygon.reduce((sum, [, y]) => sum + y, 0) / polygon.length,
];

/**
 * The second layer's units as affine functions on a region of the first.
 * @param {Point[]} region
 * @returns {Affine[]}
 */
function secondLayerOn(region) {
  const active = firstLayer.map((unit) => (valueAt(unit, center(region)) > 0 ? 1 : 0));
  return secondLayer.map((weights) => {
    const sum = (/** @type {number} */ k) =>
      firstLayer.reduce((total, unit, i) => total + weights[i] * active[i] * unit[k], 0);
    return [sum(0), sum(1), sum(2) + weights[firstLayer.length]];
  });
}

/**
 * @param {Point[]} polygon
 * @param {number} brightness
 */
function color(polygon, brightness) {
  const [x, y] = center(polygon);
  const place = Math.min(1, Math.max(0, (x - y + 1) / 2)) * (colors.length - 1);
  const k = Math.min(colors.length - 2, Math.floor(place));
  // Neighbors differ in lightness too, so that the regions can be distinguished without their hue.
  const light = brightness * (0.84 + 0.28 * Math.abs(Math.sin(17 * x + 29 * y)));
  const mixed = colors[k].map((from, i) => from + (place - k) * (colors[k + 1][i] - from));
  return `rgb(${mixed.map((channel) => Math.min(255, Math.round(channel * light))).join(',')})`;
}

/**
 * @param {Point[][]} polygons
 * @param {number} brightness
 * @param {string} stroke
 */
function draw(polygons, brightness, stroke) {
  const coordinate = (/** @type {number} */ t) => ((t + 1) * (size / 2)).toFixed(1);
  return polygons
    .map((polygon) => {
      const points = polygon.map(([x, y]) => `${coordinate(x)},${coordinate(-y)}`).join(' ');
      return `<polygon points="${points}" fill="${color(polygon, brightness)}" stroke="${stroke}"/>`;
    })
    .join('\n');
}

/** @type {Point[][]} */
const square = [
  [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ],
];
const coarse = firstLayer.reduce((regions, line) => regions.flatMap((region) => split(region, line)), square);
const fine = coarse.flatMap((region) =>
  secondLayerOn(region).reduce((parts, line) => parts.flatMap((part) => split(part, line)), [region]),
);

const lens = `cx="${size / 2}" cy="${size / 2}" r="92"`;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}">
<clipPath id="card"><rect width="${size}" height="${size}" rx="52"/></clipPath>
<clipPath id="lens"><circle ${lens}/></clipPath>
<g clip-path="url(#card)" stroke-width="3" stroke-linejoin="round">
${draw(coarse, 0.5, '#1b1d2b')}
<g clip-path="url(#lens)">
${draw(fine, 1.1, '#ffffff')}
</g>
<circle ${lens} fill="none" stroke="#ffffff" stroke-width="9"/>
</g>
</svg>
`;

const media = path.join(root, 'media');
mkdirSync(media, { recursive: true });
writeFileSync(path.join(media, 'icon.svg'), svg);
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
  await page.screenshot({ path: path.join(media, 'icon.png'), omitBackground: true });
} finally {
  await browser.close();
}
