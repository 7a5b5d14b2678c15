import { WHOLE } from '../../src/common/place.ts';
import { sourceId, type WeightsSource } from '../../src/common/weightsSource.ts';
import type { CountSettings, PanelCount, PanelPicture } from '../../src/protocol/runs.ts';
import type { Actions, Plot } from '../app/actions.ts';
import { t } from '../app/strings.ts';
import { hasPicture, type View } from '../app/view.ts';
import { provenance } from '../export/exports.ts';
import type { PaperPicture } from '../export/pictureExport.ts';
import { OverlayControls } from '../forms/overlayControls.ts';
import { createBoundaryTable } from '../tables/boundaryTable.ts';
import { element, setHidden, setText, uniqueId } from '../widgets/dom.ts';
import { dropdown, type Choice } from '../widgets/toolkit.ts';
import { countOf, networkChoice } from './countedNetwork.ts';
import { drawLegend } from './legend.ts';
import { axesOf, createAxedPicture, type AxedPicture, type PictureAxes } from './pictureAxes.ts';
import { PictureCanvas } from './pictureCanvas.ts';
import { inViewText, pictureHeading, pictureInSight, placeholderText } from './pictureTexts.ts';
import { isNearlyWhole } from './pictureWindow.ts';
import { createPictureZoom, type PictureZoom } from './pictureZoom.ts';
import { PointedRegion } from './pointedRegion.ts';
import type { Coloring } from './regionColor.ts';

/** The hand rests this long before what is in sight is counted again. */
const RECOUNT_MS = 220;

/**
 * The partition of the counted plane: regions colored by the output's gradient, lines by the layer that bends there.
 */
export class RegionPicture implements Plot {
  readonly element: HTMLElement;
  private readonly heading = element('h2', { attributes: { id: uniqueId('pictureTitle') } });
  private readonly networks = dropdown(t('Network shown'), (value) => {
    this.chosen = value;
    this.updateAgain();
  });
  private readonly colors = dropdown(t('What colors say'), (value) => {
    this.coloring = value as Coloring;
    this.showPictures();
  });
  private readonly surface = new PictureCanvas(
    () => this.afterPreparing(),
    (thinning) => {
      this.thinning = thinning;
      this.afterPreparing();
    },
  );
  private readonly inView = element('p', { class: 'caption inView', attributes: { role: 'status' } });
  private readonly legend = element('p', { class: 'muted caption legend' });
  private readonly placeholder = element('p', { class: 'muted placeholder', attributes: { role: 'status' } });
  private readonly table = createBoundaryTable();
  private readonly overlay: OverlayControls;
  private readonly region: PointedRegion;
  private readonly zooming: PictureZoom;
  private readonly frame: HTMLElement;
  private readonly axed: AxedPicture;
  private readonly below: HTMLElement;
  private view: View | null = null;
  /** The id of the source of the network that is shown; null for the first. */
  private chosen: string | null = null;
  private coloring: Coloring = 'gradient';
  /** One line in this many is drawn. */
  private thinning = 1;
  /** What `whole` and `part` are of: the network as it is, the run's settings, the source of its weights. */
  private subject = '';
  private whole: PanelPicture | null = null;
  private part: PanelPicture | null = null;
  private failure: string | null = null;
  private data: View['data'] = null;
  private recountTimer = 0;

  constructor(private readonly actions: Actions) {
    this.overlay = new OverlayControls(actions, () => {
      this.updateAgain();
      this.showPictures();
    });
    this.region = new PointedRegion(this.surface, {
      copy: (text) => actions.copy(text),
      ask: ({ x, y }) => this.askProbe(x, y),
    });
    this.zooming = this.zoomed();
    this.listenToPointer();
    const { canvas } = this.surface;
    this.frame = element('div', { class: 'pictureFrame' }, [canvas, this.region.marks, this.placeholder]);
    this.axed = createAxedPicture(this.frame);
    this.below = this.partsBelow();
    const help = helpFor(canvas, this.heading);
    this.element = element('section', { class: 'picture' }, [this.heading, this.axed.element, this.below, help]);
  }

  /** What is in view, for paper. */
  get paper(): PaperPicture {
    const { surface, overlay, heading } = this;
    return {
      onPaper: (pixels) => (surface.canvas.hidden ? null : surface.onPaper(pixels)),
      axes: () => this.axes(),
      title: () => heading.textContent,
      caption: (view) => [overlay.words(view), provenance(view)].filter(Boolean).join(' '),
    };
  }

  update(view: View): void {
    this.view = view;
    setHidden(this.element, !hasPicture(view));
    const { counts, picture: answer } = view;
    const count = counts.find(({ source }) => sourceId(source) === this.chosen) ?? counts.at(0) ?? null;
    const source = count?.source ?? null;
    const wanted = source === null ? '' : this.subjectOf(view, source);
    if (wanted !== this.subject) this.changeSubject(wanted, view, source);
    this.take(answer?.value ?? null, source);
    if (view.data !== this.data) {
      this.data = view.data;
      this.showPictures();
    }
    this.failure = answer?.message ?? null;
    this.drawTexts(view, count);
    this.region.showProbe(view);
    this.resize();
  }

  resize(): void {
    const side = this.frame.clientWidth;
    if (side === 0 || this.surface.canvas.hidden) return;
    for (const part of [this.surface, this.region, this.zooming]) part.resize(side);
  }

  private partsBelow(): HTMLElement {
    const { networks, colors, overlay, zooming, region } = this;
    const buttons = element('span', { class: 'zoomButtons' }, zooming.buttons);
    const tools = [networks.element, colors.element, ...overlay.tools, buttons];
    return element('div', { class: 'pictureBelow' }, [
      this.inView,
      element('div', { class: 'pictureTools' }, tools),
      this.legend,
      overlay.sentence,
      region.readout,
      region.details,
      this.table.element,
    ]);
  }

  private zoomed(): PictureZoom {
    const { surface, region } = this;
    const { canvas } = surface;
    return createPictureZoom(canvas, {
      moved: (transform) => {
        surface.moveTo(transform);
        region.leave();
        this.describeView();
        this.axed.show(this.axes());
        clearTimeout(this.recountTimer);
        this.recountTimer = window.setTimeout(() => this.recount(), RECOUNT_MS);
      },
      onKey: (key) => {
        if (key === 'Enter') region.pinAt(canvas.clientWidth / 2, canvas.clientWidth / 2);
        else if (key === 'Escape' && region.isPinned) region.unpin();
        else return false;
        return true;
      },
      enlarge: () => {
        this.element.parentElement?.classList.toggle('enlarged');
        this.resize();
      },
    });
  }

  private listenToPointer(): void {
    const { canvas } = this.surface;
    canvas.addEventListener('pointermove', (event) => this.region.pointAt(event.offsetX, event.offsetY));
    canvas.addEventListener('pointerdown', () => canvas.focus());
    canvas.addEventListener('click', (event) => this.region.pinAt(event.offsetX, event.offsetY));
    canvas.addEventListener('pointerleave', () => this.region.leave());
  }

  private updateAgain(): void {
    if (this.view !== null) this.update(this.view);
  }

  private askProbe(x: number, y: number): void {
    const { view, whole } = this;
    if (view?.run && whole !== null) this.actions.askProbe(whole.source, inPlane(view.run.settings), x, y);
  }

  /** Asks for what is in sight, where it is a part. */
  private recount(): void {
    const { view, whole, surface, overlay } = this;
    const window = surface.visible;
    if (!view?.run || whole === null || isNearlyWhole(window)) return;
    this.actions.askPicture(whole.source, inPlane(view.run.settings), window, overlay.level(view));
  }

  /** Of what is in sight. */
  private axes(): PictureAxes | null {
    const { view, whole } = this;
    if (view === null || whole === null) return null;
    return axesOf(countedSettings(view).place, view.network.inputSize, whole.sides, this.surface.visible);
  }

  private describeView(): void {
    const { view, whole, part, surface } = this;
    if (view === null || whole === null) return setText(this.inView, '');
    const inSight = pictureInSight(whole, part, surface.visible);
    setText(this.inView, inViewText(inSight));
    if (inSight !== null) this.table.show(surface.shown, view.network.layers);
  }

  private subjectOf(view: View, source: WeightsSource): string {
    const { network } = view;
    const level = this.overlay.level(view);
    return JSON.stringify([network.key, network.fingerprint, sourceId(source), countedSettings(view), level]);
  }

  private changeSubject(subject: string, view: View, source: WeightsSource | null): void {
    this.subject = subject;
    this.whole = this.part = null;
    this.region.unpin();
    this.surface.show(null, null, this.coloring, null);
    this.zooming.reset();
    if (source === null || view.run === null || this.element.hidden) return;
    this.actions.askPicture(source, inPlane(view.run.settings), WHOLE, this.overlay.level(view));
  }

  /** A picture that is new, and of the network shown. */
  private take(picture: PanelPicture | null, source: WeightsSource | null): void {
    if (picture === null || picture === this.whole || picture === this.part) return;
    if (source === null || sourceId(picture.source) !== sourceId(source)) return;
    if (picture.window.size === 1) this.whole = picture;
    else this.part = picture;
    this.showPictures();
  }

  private showPictures(): void {
    const { view, whole, part, coloring } = this;
    this.surface.show(whole, part, coloring, view && this.overlay.samples(view));
    if (view !== null) this.drawTexts(view, countOf(view.counts, whole?.source ?? null));
  }

  private afterPreparing(): void {
    const { view, coloring, thinning } = this;
    this.describeView();
    if (view !== null) drawLegend(this.legend, this.surface.shown?.layers ?? [], { coloring, thinning }, view);
  }

  private drawTexts(view: View, count: PanelCount | null): void {
    const { whole, networks } = this;
    setText(this.heading, pictureHeading(view, count));
    this.axed.show(this.axes());
    for (const part of [this.surface.canvas, this.below]) setHidden(part, whole === null);
    setHidden(this.placeholder, whole !== null);
    setText(this.placeholder, placeholderText(view, this.failure));
    this.element.classList.toggle('waiting', whole === null);
    setHidden(networks.element, view.counts.length < 2);
    if (count !== null) networks.setChoices(view.counts.map(networkChoice), sourceId(count.source));
    this.colors.setChoices(COLORINGS, this.coloring);
    this.overlay.update(view, whole);
    this.afterPreparing();
  }
}

/** For screen readers: the canvas is named by its heading, and says how to move. */
function helpFor(canvas: HTMLCanvasElement, heading: HTMLElement): HTMLElement {
  const id = uniqueId('pictureHelp');
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-labelledby', heading.id);
  canvas.setAttribute('aria-describedby', id);
  canvas.tabIndex = 0;
  const text = t(
    'Arrow keys move, plus and minus zoom, zero shows the whole square, Enter pins the region in the middle, Escape lets it go.',
  );
  return element('span', { class: 'visuallyHidden', text, attributes: { id } });
}

/** Those of the run that counted what is shown, or of the one to come. */
function countedSettings({ counts, run, settings }: View): CountSettings {
  return (counts.length > 0 && run?.settings) || settings;
}

/** A run whose method was chosen for it counted in a plane, or there would be no picture. */
function inPlane(settings: CountSettings): CountSettings {
  return { ...settings, method: 'plane' };
}

const COLORINGS: readonly (Choice & { readonly value: Coloring })[] = [
  { value: 'gradient', text: t('color: gradient') },
  { value: 'regions', text: t('color: each region') },
  { value: 'layers', text: t('color: layers') },
];
