import { select } from 'd3-selection';
import { zoom, zoomIdentity, type D3ZoomEvent, type ZoomTransform } from 'd3-zoom';
import type { PanelPicture } from '../src/protocol/panel.ts';
import type { Plot } from './depthPlot.ts';
import { element, setHidden, setText, uniqueId } from './dom.ts';
import { formatCount, formatDomain, plural } from './format.ts';
import { createPictureCanvas } from './pictureCanvas.ts';
import { lineStyle, polygonArea, polygonAt, preparePicture, type PreparedPicture } from './regionPainter.ts';
import { button, dropdown } from './toolkit.ts';
import type { View } from './view.ts';

const MOST_ZOOM = 400;
const PAN_STEP = 40;
/** Layers named in the caption; deeper ones are hardly told apart by eye. */
const NAMED_LAYERS = 4;

/** The partition of the counted plane: regions coloured by the output's gradient, lines by the layer that bends there. */
export function createRegionPicture(): Plot {
  const titleId = uniqueId('pictureTitle');
  const helpId = uniqueId('pictureHelp');
  const heading = element('h2', { attributes: { id: titleId } });
  const seeds = dropdown('Network shown', (value) => {
    chosenSeed = Number(value);
    if (view !== null) update(view);
  });
  const surface = createPictureCanvas();
  const { canvas } = surface;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-labelledby', titleId);
  canvas.setAttribute('aria-describedby', helpId);
  canvas.tabIndex = 0;
  const readout = element('p', { class: 'muted caption readout' });
  const legend = element('p', { class: 'muted caption legend' });
  const buttons = [
    zoomButton('−', 'Zoom out', () => scaleBy(1 / 1.6)),
    zoomButton('+', 'Zoom in', () => scaleBy(1.6)),
    zoomButton('⟲', 'Show the whole square', () => reset()),
  ];
  const placeholder = element('p', { class: 'muted placeholder', text: 'Count to see the regions of the plane.' });
  const help = element('span', {
    class: 'visuallyHidden',
    text: 'Arrow keys move, plus and minus zoom, zero shows the whole square.',
    attributes: { id: helpId },
  });
  const tools = element('div', { class: 'pictureTools' }, [
    seeds.element,
    element('span', { class: 'zoomButtons' }, buttons),
  ]);
  const frame = element('div', { class: 'pictureFrame' }, [canvas, placeholder]);
  const root = element('section', { class: 'picture' }, [heading, frame, legend, readout, tools, help]);

  let view: View | null = null;
  let prepared: PreparedPicture | null = null;
  let chosenSeed: number | null = null;

  const zooming = zoom<HTMLCanvasElement, unknown>()
    .scaleExtent([1, MOST_ZOOM])
    // The wheel scrolls the page, until the picture has the focus.
    .filter((event: Event) =>
      event instanceof WheelEvent
        ? event.ctrlKey || event.metaKey || document.activeElement === canvas
        : !(event instanceof MouseEvent && event.button !== 0),
    )
    .on('zoom', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => surface.moveTo(event.transform));
  const target = select(canvas);
  target.call(zooming);
  target.on('pointermove', (event: PointerEvent) => describePoint(event.offsetX, event.offsetY));
  target.on('pointerdown', () => canvas.focus());
  target.on('pointerleave', () => setText(readout, summary()));
  target.on('keydown', (event: KeyboardEvent) => onKey(event));

  function onKey(event: KeyboardEvent): void {
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [PAN_STEP, 0],
      ArrowRight: [-PAN_STEP, 0],
      ArrowUp: [0, PAN_STEP],
      ArrowDown: [0, -PAN_STEP],
    };
    const k = surface.transform().k;
    if (event.key in moves) zooming.translateBy(target, moves[event.key][0] / k, moves[event.key][1] / k);
    else if (event.key === '+' || event.key === '=') scaleBy(1.6);
    else if (event.key === '-') scaleBy(1 / 1.6);
    else if (event.key === '0') reset();
    else return;
    event.preventDefault();
  }
  function scaleBy(factor: number): void {
    zooming.scaleBy(target, factor);
  }
  function reset(): void {
    zooming.transform(target, zoomIdentity);
  }

  function describePoint(offsetX: number, offsetY: number): void {
    if (prepared === null) return;
    const { x, y } = toSquare(surface.transform(), offsetX, offsetY, canvas.clientWidth);
    const polygon = polygonAt(prepared, x, y);
    if (polygon < 0) return setText(readout, summary());
    const [gx, gy] = prepared.picture.gradients.subarray(2 * polygon, 2 * polygon + 2);
    const share = (100 * polygonArea(prepared, polygon)).toPrecision(2);
    setText(readout, `gradient (${signed(gx)}, ${signed(gy)}) · ${Number(share)}% of the square`);
  }

  function summary(): string {
    if (prepared === null) return '';
    return `The mean region has ${(100 / prepared.polygons).toPrecision(2)}% of the square.`;
  }

  function update(next: View): void {
    view = next;
    const planes = next.settings.method === 'plane' || next.pictures.length > 0;
    setHidden(root, !planes || next.network.countRefused !== null);
    const picture = next.pictures.find((one) => one.seed === chosenSeed) ?? next.pictures[0] ?? null;
    if (picture !== (prepared?.picture ?? null)) change(picture);
    const domain = formatDomain(next.countDomain);
    const fileWeights = next.run?.settings.fileWeights === true;
    const which = picture === null ? '' : fileWeights ? ', weights of the file' : `, seed ${picture.seed}`;
    const regions = prepared === null ? '' : ` — ${plural(prepared.polygons, 'region')}`;
    setText(heading, `The plane ${domain}${which}${regions}`);
    setHidden(canvas, picture === null);
    setHidden(placeholder, picture !== null);
    root.classList.toggle('waiting', picture === null);
    for (const part of [legend, readout, tools]) setHidden(part, picture === null);
    setHidden(seeds.element, next.pictures.length < 2);
    if (picture !== null) {
      seeds.setChoices(next.pictures.map(seedChoice), String(picture.seed));
      drawLegend(legend, prepared, next);
    }
    resize();
  }

  function change(picture: PanelPicture | null): void {
    prepared = picture === null ? null : preparePicture(picture);
    surface.show(prepared);
    reset();
    setText(readout, summary());
  }

  function resize(): void {
    const side = frame.clientWidth;
    if (side === 0 || canvas.hidden) return;
    surface.resize(side);
    zooming.extent([
      [0, 0],
      [side, side],
    ]);
    zooming.translateExtent([
      [0, 0],
      [side, side],
    ]);
  }
  return { element: root, update, resize };
}

function zoomButton(text: string, label: string, onPress: () => void): HTMLElement {
  const created = button(text, 'secondary', onPress).element;
  created.setAttribute('aria-label', label);
  created.title = label;
  return created;
}

function seedChoice(picture: PanelPicture): { value: string; text: string } {
  return {
    value: String(picture.seed),
    text: `seed ${picture.seed} · ${formatCount(picture.offsets.length - 1)} regions`,
  };
}

function toSquare(transform: ZoomTransform, offsetX: number, offsetY: number, side: number): { x: number; y: number } {
  const [x, y] = transform.invert([offsetX, offsetY]);
  return { x: x / side, y: 1 - y / side };
}

function signed(value: number): string {
  return value.toPrecision(2).replace('-', '−');
}

/** How lines tell layers apart, by example. */
function drawLegend(legend: HTMLElement, prepared: PreparedPicture | null, view: View): void {
  const layers = (prepared?.layers ?? []).slice(0, NAMED_LAYERS);
  const text = layers.map(
    ({ layer }) => view.network.layers.find((one) => one.index === layer)?.name ?? `layer ${layer}`,
  );
  const rest = (prepared?.layers.length ?? 0) - layers.length;
  const key = `${text.join()}+${rest}`;
  if (legend.dataset.key === key) return;
  legend.dataset.key = key;
  const samples = text.map((name, depth) => element('span', { class: 'legendEntry' }, [lineSample(depth), name]));
  legend.replaceChildren(
    'Colour: direction and size of the gradient. Lines: ',
    ...samples,
    rest > 0 ? `and ${rest} deeper` : '',
  );
}

function lineSample(depth: number): SVGSVGElement {
  const style = lineStyle(depth);
  const sample = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
  sample.attr('class', 'lineSample').attr('width', 18).attr('height', 8).attr('aria-hidden', 'true');
  sample.append('line').attr('x1', 1).attr('x2', 16).attr('y1', 4).attr('y2', 4);
  sample
    .select('line')
    .attr('stroke-width', style.width)
    .attr('stroke-opacity', Math.min(1, style.opacity + 0.1));
  return sample.node() as SVGSVGElement;
}
