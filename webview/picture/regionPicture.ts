import { formatNumber, significant } from '../../src/common/formatFigures.ts';
import { select } from 'd3-selection';
import { zoom, zoomIdentity, type D3ZoomEvent } from 'd3-zoom';
import { WHOLE } from '../../src/common/place.ts';
import { sourceId, type WeightsSource } from '../../src/common/weightsSource.ts';
import type { CountSettings, PanelCount, PanelPicture } from '../../src/protocol/runs.ts';
import type { Actions, Plot } from '../app/actions.ts';
import { provenance } from '../export/exports.ts';
import type { PaperPicture } from '../export/pictureExport.ts';
import { createOverlayControls } from '../forms/overlayControls.ts';
import { createBoundaryTable } from '../tables/boundaryTable.ts';
import { element, setHidden, setText, uniqueId } from '../widgets/dom.ts';
import { capital, formatDomain, plural } from '../format.ts';
import { countOf, describeSource, networkChoice } from './countedNetwork.ts';
import { drawLegend } from './legend.ts';
import { axesOf, createAxedPicture, type PictureAxes } from './pictureAxes.ts';
import { createPictureCanvas, sameWindow } from './pictureCanvas.ts';
import { polygonArea, polygonAt } from './preparedPicture.ts';
import type { Coloring } from './regionColor.ts';
import { createRegionDetails } from './regionDetails.ts';
import { t } from '../app/strings.ts';
import { button, dropdown } from '../widgets/toolkit.ts';
import { hasPicture, type View } from '../app/view.ts';

const MAX_ZOOM = 1e5;
const PAN_STEP = 40;
/** The hand rests this long before what is in sight is counted again. */
const RECOUNT_MS = 220;
const PROBE_MS = 140;

export interface RegionPicture extends Plot {
  /** What is in view, for paper. */
  readonly paper: PaperPicture;
}

/**
 * The partition of the counted plane: regions colored by the output's gradient, lines by the layer that bends there.
 */
export function createRegionPicture(actions: Actions): RegionPicture {
  const titleId = uniqueId('pictureTitle');
  const helpId = uniqueId('pictureHelp');
  const heading = element('h2', { attributes: { id: titleId } });
  const networks = dropdown(t('Network shown'), (value) => {
    chosen = value;
    if (view !== null) update(view);
  });
  const colors = dropdown(t('What colors say'), (value) => {
    coloring = value as Coloring;
    showPictures();
  });
  const surface = createPictureCanvas(
    () => afterPreparing(),
    (lines) => {
      thinning = lines;
      afterPreparing();
    },
  );
  const { canvas } = surface;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-labelledby', titleId);
  canvas.setAttribute('aria-describedby', helpId);
  canvas.tabIndex = 0;
  const marks = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'))
    .attr('class', 'pictureOverlay')
    .attr('aria-hidden', 'true');
  const outline = marks.append('path').attr('class', 'regionOutline');
  const spot = marks.append('path').attr('class', 'regionSpot');
  const inView = element('p', { class: 'caption inView', attributes: { role: 'status' } });
  const readout = element('p', { class: 'muted caption readout' });
  const legend = element('p', { class: 'muted caption legend' });
  const buttons = [
    toolButton('−', t('Zoom out'), () => scaleBy(1 / 1.6)),
    toolButton('+', t('Zoom in'), () => scaleBy(1.6)),
    toolButton('⟲', t('Show the whole square'), () => reset()),
    toolButton('⤢', t('Larger or smaller picture'), () => enlarge()),
  ];
  const placeholder = element('p', { class: 'muted placeholder', attributes: { role: 'status' } });
  const help = element('span', {
    class: 'visuallyHidden',
    text: t(
      'Arrow keys move, plus and minus zoom, zero shows the whole square, Enter pins the region in the middle, Escape lets it go.',
    ),
    attributes: { id: helpId },
  });
  const overlay = createOverlayControls(actions, () => {
    if (view !== null) update(view);
    showPictures();
  });
  const tools = element('div', { class: 'pictureTools' }, [
    networks.element,
    colors.element,
    ...overlay.tools,
    element('span', { class: 'zoomButtons' }, buttons),
  ]);
  const details = createRegionDetails({ copy: (text) => actions.copy(text), pin: () => setPinned(!isPinned) });
  const table = createBoundaryTable();
  const frame = element('div', { class: 'pictureFrame' }, [canvas, marks.node(), placeholder]);
  const axed = createAxedPicture(frame);
  const below = element('div', { class: 'pictureBelow' }, [
    inView,
    tools,
    legend,
    overlay.sentence,
    readout,
    details.element,
    table.element,
  ]);
  const root = element('section', { class: 'picture' }, [heading, axed.element, below, help]);

  let view: View | null = null;
  /** The id of the source of the network that is shown; null for the first. */
  let chosen: string | null = null;
  let coloring: Coloring = 'gradient';
  /** One line in this many is drawn. */
  let thinning = 1;
  /** What `whole` and `part` are of: the network as it is, the run's settings, the source of its weights. */
  let subject = '';
  let whole: PanelPicture | null = null;
  let part: PanelPicture | null = null;
  let failure: string | null = null;
  let data: View['data'] = null;
  let recountTimer = 0;
  let probeTimer = 0;
  /** The point asked about, in the whole square. */
  let pointed: { x: number; y: number } | null = null;
  /** The region at `pointed` stays, wherever the pointer goes. */
  let isPinned = false;

  const zooming = zoom<HTMLCanvasElement, unknown>()
    .scaleExtent([1, MAX_ZOOM])
    .wheelDelta(wheelDelta)
    // The wheel scrolls the page, until the picture has the focus.
    .filter((event: Event) =>
      event instanceof WheelEvent
        ? event.ctrlKey || event.metaKey || document.activeElement === canvas
        : !(event instanceof MouseEvent && event.button !== 0),
    )
    .on('zoom', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
      surface.moveTo(event.transform);
      leavePoint();
      describeView();
      axed.show(axes());
      clearTimeout(recountTimer);
      recountTimer = window.setTimeout(recount, RECOUNT_MS);
    });
  const target = select(canvas);
  target.call(zooming);
  target.on('pointermove', (event: PointerEvent) => pointAt(event.offsetX, event.offsetY, PROBE_MS));
  target.on('pointerdown', () => canvas.focus());
  target.on('click', (event: PointerEvent) => pinAt(event.offsetX, event.offsetY));
  target.on('pointerleave', () => leavePoint());
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
    else if (event.key === 'Enter') pinAt(canvas.clientWidth / 2, canvas.clientWidth / 2);
    else if (event.key === 'Escape' && isPinned) setPinned(false);
    else return;
    event.preventDefault();
  }
  function scaleBy(factor: number): void {
    zooming.scaleBy(target, factor);
  }
  function reset(): void {
    zooming.transform(target, zoomIdentity);
  }
  function enlarge(): void {
    root.parentElement?.classList.toggle('enlarged');
    resize();
  }

  /** Asks for what is in sight, where it is a part. */
  function recount(): void {
    const run = view?.run;
    const window = surface.visible();
    if (!run || whole === null || window.size > 0.98) return;
    if (view !== null) actions.askPicture(whole.source, inPlane(run.settings), window, overlay.level(view));
  }

  /** Pins the region there; the one that is pinned there already is let go. */
  function pinAt(offsetX: number, offsetY: number): void {
    const before = isPinned ? pinnedPolygon() : -1;
    isPinned = false;
    pointAt(offsetX, offsetY, 0);
    setPinned(pointed !== null && pinnedPolygon() !== before);
  }

  function setPinned(pinned: boolean): void {
    isPinned = pinned;
    details.setPinned(pinned);
    if (!pinned) leavePoint();
  }

  /** Of the picture in sight, the polygon with the point asked about. */
  function pinnedPolygon(): number {
    const prepared = surface.shown();
    if (prepared === null || pointed === null) return -1;
    const { window } = prepared.picture;
    return polygonAt(prepared, (pointed.x - window.x) / window.size, (pointed.y - window.y) / window.size);
  }

  function pointAt(offsetX: number, offsetY: number, delay: number): void {
    const prepared = surface.shown();
    if (prepared === null || isPinned) return;
    const side = canvas.clientWidth;
    const [u, v] = surface.transform().invert([offsetX, offsetY]);
    const at = { x: Math.min(1, Math.max(0, u / side)), y: Math.min(1, Math.max(0, 1 - v / side)) };
    const { window, sides, gradients } = prepared.picture;
    const polygon = polygonAt(prepared, (at.x - window.x) / window.size, (at.y - window.y) / window.size);
    if (polygon < 0) return leavePoint();
    pointed = at;
    drawOutline(prepared.picture, polygon);
    const area = polygonArea(prepared, polygon) * window.size ** 2 * sides[0] * sides[1];
    const [gx, gy] = [gradients[2 * polygon] / sides[0], gradients[2 * polygon + 1] / sides[1]];
    setText(readout, t('area {0} · gradient ({1}, {2})', significant(area), significant(gx), significant(gy)));
    clearTimeout(probeTimer);
    probeTimer = later(() => askAbout(at), delay);
  }

  function askAbout(at: { x: number; y: number }): void {
    if (view?.run && whole !== null && pointed === at)
      actions.askProbe(whole.source, inPlane(view.run.settings), at.x, at.y);
  }

  function leavePoint(): void {
    if (isPinned) return redrawPinned();
    clearTimeout(probeTimer);
    pointed = null;
    outline.attr('d', null);
    spot.attr('d', null);
    setText(readout, '');
    details.show(null, [], 0);
  }

  /** The picture has moved under the region that stays. */
  function redrawPinned(): void {
    const polygon = pinnedPolygon();
    const prepared = surface.shown();
    if (prepared !== null && polygon >= 0) drawOutline(prepared.picture, polygon);
    else outline.attr('d', null);
  }

  function drawOutline({ vertices, offsets, window }: PanelPicture, polygon: number): void {
    const side = canvas.clientWidth;
    const transform = surface.transform();
    const points: string[] = [];
    for (let k = offsets[polygon]; k < offsets[polygon + 1]; k++) {
      const x = (window.x + vertices[2 * k] * window.size) * side;
      const y = (1 - window.y - vertices[2 * k + 1] * window.size) * side;
      points.push(
        transform
          .apply([x, y])
          .map((value) => value.toFixed(1))
          .join(),
      );
    }
    outline.attr('d', `M${points.join('L')}Z`);
    if (pointed === null) return;
    const [x, y] = transform.apply([pointed.x * side, (1 - pointed.y) * side]);
    spot.attr('d', `M${x - 4},${y}h8M${x},${y - 4}v8`);
  }

  /** Of what is in sight. */
  function axes(): PictureAxes | null {
    if (view === null || whole === null) return null;
    const { place } = (view.counts.length > 0 && view.run?.settings) || view.settings;
    return axesOf(place, view.network.inputSize, whole.sides, surface.visible());
  }

  /** How many regions are in sight, beside how many are to be expected. */
  function describeView(): void {
    if (view === null || whole === null) return setText(inView, '');
    const window = surface.visible();
    const shown = part !== null && sameWindow(part.window, window) ? part : window.size > 0.98 ? whole : null;
    if (shown === null) return setText(inView, t('Counting what is in view…'));
    const regions = shown.offsets.length - 1;
    const area = window.size ** 2 * shown.sides[0] * shown.sides[1];
    const density = (count: number): string => formatNumber(count / area);
    const atLeast = shown.exact ? '' : '≥ ';
    const measured = t(
      'In view {0}{1}, {2} per unit of area',
      atLeast,
      plural(regions, t('region'), t('regions')),
      density(regions),
    );
    const expected =
      shown.expected === null
        ? ''
        : t('expected {0}, {1} per unit of area', formatNumber(shown.expected), density(shown.expected));
    setText(inView, [measured, expected].filter(Boolean).join(' · '));
    table.show(surface.shown(), view.network.layers);
  }

  function update(next: View): void {
    view = next;
    const { run, counts } = next;
    const settings = (counts.length > 0 && run?.settings) || next.settings;
    setHidden(root, !hasPicture(next));
    const count = counts.find(({ source }) => sourceId(source) === chosen) ?? counts.at(0) ?? null;
    const wanted = count === null ? '' : subjectOf(next, count.source, settings);
    if (wanted !== subject) changeSubject(wanted, count?.source ?? null);
    const answer = next.picture;
    if (answer?.value && answer.value !== whole && answer.value !== part) take(answer.value, count?.source ?? null);
    if (next.data !== data) {
      data = next.data;
      showPictures();
    }
    failure = answer?.message ?? null;
    drawTexts(next, count);
    showProbe(next);
    resize();
  }

  function subjectOf({ network }: View, source: WeightsSource, settings: CountSettings): string {
    return JSON.stringify([network.key, network.fingerprint, sourceId(source), settings, view && overlay.level(view)]);
  }

  function changeSubject(wanted: string, source: WeightsSource | null): void {
    subject = wanted;
    whole = part = null;
    setPinned(false);
    surface.show(null, null, coloring, null);
    reset();
    if (source === null || view === null || view.run === null || root.hidden) return;
    actions.askPicture(source, inPlane(view.run.settings), WHOLE, overlay.level(view));
  }

  function take(picture: PanelPicture, source: WeightsSource | null): void {
    if (source === null || sourceId(picture.source) !== sourceId(source)) return;
    if (picture.window.size === 1) whole = picture;
    else part = picture;
    showPictures();
  }

  function showPictures(): void {
    surface.show(whole, part, coloring, view && overlay.samples(view));
    if (view !== null) drawTexts(view, countOf(view.counts, whole?.source ?? null));
  }

  function afterPreparing(): void {
    describeView();
    if (view !== null) drawLegend(legend, surface.shown()?.layers ?? [], { coloring, thinning }, view);
  }

  function drawTexts(next: View, count: PanelCount | null): void {
    const which = count === null ? '' : describeSource(count.source, next.network);
    const regions =
      count === null
        ? ''
        : ` — ${count.exact ? '' : '≥ '}${plural(count.activationRegions, t('region'), t('regions'))}`;
    const place = formatDomain(next.countDomain);
    // A square has no name of its own; other places are in words.
    const title = place.startsWith('[') ? t('The plane {0}', place) : capital(place);
    setText(heading, `${title}${which}${regions}`);
    axed.show(axes());
    setHidden(canvas, whole === null);
    setHidden(placeholder, whole !== null);
    setText(placeholder, placeholderText(next));
    root.classList.toggle('waiting', whole === null);
    setHidden(below, whole === null);
    setHidden(networks.element, next.counts.length < 2);
    if (count !== null) networks.setChoices(next.counts.map(networkChoice), sourceId(count.source));
    colors.setChoices(
      COLORINGS.map(([value, text]) => ({ value, text })),
      coloring,
    );
    overlay.update(next, whole);
    afterPreparing();
  }

  function placeholderText(next: View): string {
    if (failure !== null) return t('The regions could not be drawn: {0}', failure);
    if (next.counts.length > 0) return t('Drawing the regions…');
    return next.run?.status === 'running' ? t('Counting…') : t('Run Count to draw the regions.');
  }

  function showProbe(next: View): void {
    const { probe } = next;
    const isMeant = probe !== null && pointed !== null && probe.x === pointed.x && probe.y === pointed.y;
    if (isMeant || pointed === null) details.show(isMeant ? probe : null, next.network.layers, next.network.inputSize);
  }

  function resize(): void {
    const side = frame.clientWidth;
    if (side === 0 || canvas.hidden) return;
    surface.resize(side);
    marks.attr('viewBox', `0 0 ${side} ${side}`);
    zooming.extent([
      [0, 0],
      [side, side],
    ]);
    zooming.translateExtent([
      [0, 0],
      [side, side],
    ]);
  }
  return {
    element: root,
    update,
    resize,
    paper: {
      onPaper: (pixels) => (canvas.hidden ? null : surface.onPaper(pixels)),
      axes,
      title: () => heading.textContent,
      caption: (shown) => [overlay.words(shown), provenance(shown)].filter(Boolean).join(' '),
    },
  };
}

/** A run whose method was chosen for it counted in a plane, or there would be no picture. */
function inPlane(settings: CountSettings): CountSettings {
  return { ...settings, method: 'plane' };
}

/** One event of a wheel or a pinch zooms by a factor of at most 1.4; d3 takes ten times as much with Ctrl. */
function wheelDelta({ deltaY, deltaMode, ctrlKey }: WheelEvent): number {
  const perUnit = deltaMode === 1 ? 0.05 : deltaMode === 2 ? 1 : 0.002;
  return Math.min(0.5, Math.max(-0.5, -deltaY * perUnit * (ctrlKey ? 10 : 1)));
}

/** `window` is what a picture calls its part of the square. */
function later(task: () => void, ms: number): number {
  return self.setTimeout(task, ms);
}

const COLORINGS: readonly [Coloring, string][] = [
  ['gradient', t('color: gradient')],
  ['regions', t('color: each region')],
  ['layers', t('color: layers')],
];

function toolButton(text: string, label: string, onPress: () => void): HTMLElement {
  const created = button(text, 'secondary', onPress).element;
  created.setAttribute('aria-label', label);
  created.title = label;
  return created;
}
