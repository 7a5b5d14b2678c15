import { formatNumber } from '../../src/common/formatFigures.ts';
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
import { createPictureZoom } from './pictureZoom.ts';
import { createPointedRegion } from './pointedRegion.ts';
import type { Coloring } from './regionColor.ts';
import { t } from '../app/strings.ts';
import { dropdown } from '../widgets/toolkit.ts';
import { hasPicture, type View } from '../app/view.ts';

/** The hand rests this long before what is in sight is counted again. */
const RECOUNT_MS = 220;

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
  const inView = element('p', { class: 'caption inView', attributes: { role: 'status' } });
  const legend = element('p', { class: 'muted caption legend' });
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
  const region = createPointedRegion(surface, {
    copy: (text) => actions.copy(text),
    ask({ x, y }) {
      if (view?.run && whole !== null) actions.askProbe(whole.source, inPlane(view.run.settings), x, y);
    },
  });
  const zooming = createPictureZoom(canvas, {
    moved(transform) {
      surface.moveTo(transform);
      region.leave();
      describeView();
      axed.show(axes());
      clearTimeout(recountTimer);
      recountTimer = window.setTimeout(recount, RECOUNT_MS);
    },
    onKey(key) {
      if (key === 'Enter') region.pinAt(canvas.clientWidth / 2, canvas.clientWidth / 2);
      else if (key === 'Escape' && region.isPinned) region.unpin();
      else return false;
      return true;
    },
    enlarge() {
      root.parentElement?.classList.toggle('enlarged');
      resize();
    },
  });
  canvas.addEventListener('pointermove', (event) => region.pointAt(event.offsetX, event.offsetY));
  canvas.addEventListener('pointerdown', () => canvas.focus());
  canvas.addEventListener('click', (event) => region.pinAt(event.offsetX, event.offsetY));
  canvas.addEventListener('pointerleave', () => region.leave());
  const tools = element('div', { class: 'pictureTools' }, [
    networks.element,
    colors.element,
    ...overlay.tools,
    element('span', { class: 'zoomButtons' }, zooming.buttons),
  ]);
  const table = createBoundaryTable();
  const frame = element('div', { class: 'pictureFrame' }, [canvas, region.marks, placeholder]);
  const axed = createAxedPicture(frame);
  const below = element('div', { class: 'pictureBelow' }, [
    inView,
    tools,
    legend,
    overlay.sentence,
    region.readout,
    region.details,
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

  /** Asks for what is in sight, where it is a part. */
  function recount(): void {
    const run = view?.run;
    const window = surface.visible();
    if (!run || whole === null || window.size > 0.98) return;
    if (view !== null) actions.askPicture(whole.source, inPlane(run.settings), window, overlay.level(view));
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
    setText(inView, densitySentence(shown));
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
    region.showProbe(next);
    resize();
  }

  function subjectOf({ network }: View, source: WeightsSource, settings: CountSettings): string {
    return JSON.stringify([network.key, network.fingerprint, sourceId(source), settings, view && overlay.level(view)]);
  }

  function changeSubject(wanted: string, source: WeightsSource | null): void {
    subject = wanted;
    whole = part = null;
    region.unpin();
    surface.show(null, null, coloring, null);
    zooming.reset();
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

  function resize(): void {
    const side = frame.clientWidth;
    if (side === 0 || canvas.hidden) return;
    surface.resize(side);
    region.resize(side);
    zooming.resize(side);
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

/** How many regions a picture has, beside how many are to be expected, and how dense they are. */
function densitySentence({ offsets, window, sides, exact, expected }: PanelPicture): string {
  const regions = offsets.length - 1;
  const area = window.size ** 2 * sides[0] * sides[1];
  const density = (count: number): string => formatNumber(count / area);
  const measured = t(
    'In view {0}{1}, {2} per unit of area',
    exact ? '' : '≥ ',
    plural(regions, t('region'), t('regions')),
    density(regions),
  );
  if (expected === null) return measured;
  return `${measured} · ${t('expected {0}, {1} per unit of area', formatNumber(expected), density(expected))}`;
}

/** A run whose method was chosen for it counted in a plane, or there would be no picture. */
function inPlane(settings: CountSettings): CountSettings {
  return { ...settings, method: 'plane' };
}

const COLORINGS: readonly [Coloring, string][] = [
  ['gradient', t('color: gradient')],
  ['regions', t('color: each region')],
  ['layers', t('color: layers')],
];
