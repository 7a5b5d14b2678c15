/**
 * `npm run example`: trains the network of examples/moons.network.json, keeps its snapshots as the run beside it, and
 * draws the regions at four of them for docs/training.md and the walkthrough. Equal on every machine.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './process.mjs';
import type { PlaneRegions } from '../src/counting/count.ts';
import { prepareTraining } from '../src/trainer/trainer.ts';
import { TrialSession, type TrialOutcome } from '../src/trainer/trialSession.ts';

const STEPS = [0, 5, 10, 20, 50, 100, 200, 400, 800, 1500];
const DRAWN = [0, 20, 200, 1500];
const SIDE = 250;
const GAP = 16;

const file = path.join(root, 'examples/moons.network.json');
const run = path.join(root, 'examples/moons-run');
await prepareTraining();
const session = new TrialSession();
const outcomes = STEPS.map((step) =>
  session.at({
    network: { text: readFileSync(file, 'utf8'), fileName: 'moons.network.json', network: 0 },
    choice: { dataSet: 'moons', optimizer: 'adam', rate: 0.01, batch: 32, seed: 1 },
    data: null,
    box: { kind: 'box', lower: -1, upper: 1 },
    step,
    ahead: null,
  }),
);

rmSync(run, { recursive: true, force: true });
mkdirSync(run, { recursive: true });
for (const { step, bytes } of session.files()) {
  writeFileSync(path.join(run, `step-${String(step).padStart(5, '0')}.safetensors`), bytes);
}
const log = outcomes.map(({ step, loss, accuracy }) => JSON.stringify({ step, loss: rounded(loss), accuracy }));
writeFileSync(path.join(run, 'log.jsonl'), `${log.join('\n')}\n`);
const { points, targets } = outcomes[0].lesson;
const rows = points.map(([x, y], i) => `${rounded(x)},${rounded(y)},${targets[i]}`);
writeFileSync(path.join(run, 'points.csv'), `x,y,class\n${rows.join('\n')}\n`);
for (const folder of ['docs/pictures', 'media/walkthrough']) {
  writeFileSync(path.join(root, folder, 'training.svg'), figure());
}
for (const { step, result, loss, accuracy } of outcomes) console.log(step, result.activationRegions, loss, accuracy);

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(5));
}

function figure(): string {
  const drawn = outcomes.filter(({ step }) => DRAWN.includes(step));
  const width = drawn.length * (SIDE + GAP) - GAP;
  const panels = drawn.map((outcome, i) => `<g transform="translate(${i * (SIDE + GAP)},0)">${panel(outcome)}</g>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${SIDE + 44}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${SIDE + 44}" fill="white"/>`,
    ...panels,
    '</svg>\n',
  ].join('\n');
}

/** Lines between regions, the decision boundary, and the samples. */
function panel({ step, result, accuracy, lesson }: TrialOutcome): string {
  const { regions } = result;
  const samples = lesson.points.map(([x, y], i) => {
    const color = lesson.targets[i] === 1 ? '#ad560c' : '#0b62c4';
    return `<circle cx="${at((x + 1) / 2)}" cy="${at((1 - y) / 2)}" r="2" fill="${color}"/>`;
  });
  const caption = `${result.activationRegions} regions, accuracy ${(100 * accuracy!).toFixed(0)} %`;
  return [
    `<path d="${outlines(regions!)}" fill="none" stroke="#777" stroke-width="0.5"/>`,
    `<path d="${boundary(regions!)}" fill="none" stroke="black" stroke-width="2.2"/>`,
    ...samples,
    `<text x="0" y="${SIDE + 18}" font-weight="600">Step ${step}</text>`,
    `<text x="0" y="${SIDE + 35}">${caption}</text>`,
  ].join('');
}

function outlines({ vertices, offsets }: PlaneRegions): string {
  return Array.from({ length: offsets.length - 1 }, (_, i) => {
    const corners = Array.from({ length: offsets[i + 1] - offsets[i] }, (_corner, k) => {
      const at2 = 2 * (offsets[i] + k);
      return `${at(vertices[at2])},${at(1 - vertices[at2 + 1])}`;
    });
    return `M${corners.join('L')}Z`;
  }).join('');
}

function boundary({ boundary: ends }: PlaneRegions): string {
  return Array.from({ length: ends.length / 4 }, (_, i) => {
    const [x0, y0, x1, y1] = ends.subarray(4 * i, 4 * i + 4);
    return `M${at(x0)},${at(1 - y0)}L${at(x1)},${at(1 - y1)}`;
  }).join('');
}

function at(share: number): string {
  return (share * SIDE).toFixed(1);
}
