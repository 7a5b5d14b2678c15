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
import { element, setHidden, setText, statusLine, uniqueId } from '../widgets/dom.ts';
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
  readonly #actions: Actions;
  readonly #heading = element('h2', { attributes: { id: uniqueId('pictureTitle') } });
  readonly #networks = dropdown(t('Network shown'), (value) => {
    this.#chosen = value;
    this.#updateAgain();
  });
  readonly #colors = dropdown(t('What colors say'), (value) => {
    this.#coloring = value as Coloring;
    this.#showPictures();
  });
  readonly #surface = new PictureCanvas(
    () => this.#afterPreparing(),
    (thinning) => {
      this.#thinning = thinning;
      this.#afterPreparing();
    },
  );
  readonly #inView = statusLine('caption inView');
  readonly #legend = element('p', { class: 'muted caption legend' });
  readonly #placeholder = statusLine('muted placeholder');
  readonly #table = createBoundaryTable();
  readonly #overlay: OverlayControls;
  readonly #region: PointedRegion;
  readonly #zooming: PictureZoom;
  readonly #frame: HTMLElement;
  readonly #axed: AxedPicture;
  readonly #below: HTMLElement;
  #view: View | null = null;
  /** The id of the source of the network that is shown; null for the first. */
  #chosen: string | null = null;
  #coloring: Coloring = 'gradient';
  /** One line in this many is drawn. */
  #thinning = 1;
  /** What `whole` and `part` are of: the network as it is, the run's settings, the source of its weights. */
  #subject = '';
  #whole: PanelPicture | null = null;
  #part: PanelPicture | null = null;
  #failure: string | null = null;
  #data: View['data'] = null;
  #recountTimer = 0;

  constructor(actions: Actions) {
    this.#actions = actions;
    this.#overlay = new OverlayControls(actions, () => {
      this.#updateAgain();
      this.#showPictures();
    });
    this.#region = new PointedRegion(this.#surface, {
      copy: (text) => actions.copy(text),
      ask: ({ x, y }) => this.#askProbe(x, y),
    });
    this.#zooming = this.#zoomed();
    this.#listenToPointer();
    const { canvas } = this.#surface;
    this.#frame = element('div', { class: 'pictureFrame' }, [canvas, this.#region.marks, this.#placeholder]);
    this.#axed = createAxedPicture(this.#frame);
    this.#below = this.#partsBelow();
    const help = helpFor(canvas, this.#heading);
    this.element = element('section', { class: 'picture' }, [this.#heading, this.#axed.element, this.#below, help]);
  }

  /** What is in view, for paper. */
  get paper(): PaperPicture {
    return {
      onPaper: (pixels) => (this.#surface.canvas.hidden ? null : this.#surface.onPaper(pixels)),
      axes: () => this.#axes(),
      title: () => this.#heading.textContent,
      caption: (view) => [this.#overlay.words(view), provenance(view)].filter(Boolean).join(' '),
    };
  }

  update(view: View): void {
    this.#view = view;
    setHidden(this.element, !hasPicture(view));
    const { counts, picture: answer } = view;
    const count = counts.find(({ source }) => sourceId(source) === this.#chosen) ?? counts.at(0) ?? null;
    const source = count?.source ?? null;
    const wanted = source === null ? '' : this.#subjectOf(view, source);
    if (wanted !== this.#subject) this.#changeSubject(wanted, view, source);
    this.#take(answer?.value ?? null, source);
    if (view.data !== this.#data) {
      this.#data = view.data;
      this.#showPictures();
    }
    this.#failure = answer?.message ?? null;
    this.#drawTexts(view, count);
    this.#region.showProbe(view);
    this.resize();
  }

  resize(): void {
    const side = this.#frame.clientWidth;
    if (side === 0 || this.#surface.canvas.hidden) return;
    for (const part of [this.#surface, this.#region, this.#zooming]) part.resize(side);
  }

  #partsBelow(): HTMLElement {
    const buttons = element('span', { class: 'zoomButtons' }, this.#zooming.buttons);
    const tools = [this.#networks.element, this.#colors.element, ...this.#overlay.tools, buttons];
    return element('div', { class: 'pictureBelow' }, [
      this.#inView,
      element('div', { class: 'pictureTools' }, tools),
      this.#legend,
      this.#overlay.sentence,
      this.#region.readout,
      this.#region.details,
      this.#table.element,
    ]);
  }

  #zoomed(): PictureZoom {
    const { canvas } = this.#surface;
    return createPictureZoom(canvas, {
      moved: (transform) => {
        this.#surface.moveTo(transform);
        this.#region.leave();
        this.#describeView();
        this.#axed.show(this.#axes());
        clearTimeout(this.#recountTimer);
        this.#recountTimer = window.setTimeout(() => this.#recount(), RECOUNT_MS);
      },
      onKey: (key) => {
        if (key === 'Enter') this.#region.pinAt(canvas.clientWidth / 2, canvas.clientWidth / 2);
        else if (key === 'Escape' && this.#region.isPinned) this.#region.unpin();
        else return false;
        return true;
      },
      enlarge: () => {
        this.element.parentElement?.classList.toggle('enlarged');
        this.resize();
      },
    });
  }

  #listenToPointer(): void {
    const { canvas } = this.#surface;
    canvas.addEventListener('pointermove', (event) => this.#region.pointAt(event.offsetX, event.offsetY));
    canvas.addEventListener('pointerdown', () => canvas.focus());
    canvas.addEventListener('click', (event) => this.#region.pinAt(event.offsetX, event.offsetY));
    canvas.addEventListener('pointerleave', () => this.#region.leave());
  }

  #updateAgain(): void {
    if (this.#view !== null) this.update(this.#view);
  }

  #askProbe(x: number, y: number): void {
    const view = this.#view;
    const whole = this.#whole;
    if (view?.run && whole !== null) this.#actions.askProbe(whole.source, inPlane(view.run.settings), x, y);
  }

  /** Asks for what is in sight, where it is a part. */
  #recount(): void {
    const view = this.#view;
    const whole = this.#whole;
    const window = this.#surface.visible;
    if (!view?.run || whole === null || isNearlyWhole(window)) return;
    this.#actions.askPicture(whole.source, inPlane(view.run.settings), window, this.#overlay.level(view));
  }

  /** Of what is in sight. */
  #axes(): PictureAxes | null {
    const view = this.#view;
    const whole = this.#whole;
    if (view === null || whole === null) return null;
    return axesOf(countedSettings(view).place, view.network.inputSize, whole.sides, this.#surface.visible);
  }

  #describeView(): void {
    const view = this.#view;
    const whole = this.#whole;
    const part = this.#part;
    if (view === null || whole === null) return setText(this.#inView, '');
    const inSight = pictureInSight(whole, part, this.#surface.visible);
    setText(this.#inView, inViewText(inSight));
    if (inSight !== null) this.#table.show(this.#surface.shown, view.network.layers);
  }

  #subjectOf(view: View, source: WeightsSource): string {
    const { network } = view;
    const level = this.#overlay.level(view);
    return JSON.stringify([network.key, network.fingerprint, sourceId(source), countedSettings(view), level]);
  }

  #changeSubject(subject: string, view: View, source: WeightsSource | null): void {
    this.#subject = subject;
    this.#whole = this.#part = null;
    this.#region.unpin();
    this.#surface.show(null, null, this.#coloring, null);
    this.#zooming.reset();
    if (source === null || view.run === null || this.element.hidden) return;
    this.#actions.askPicture(source, inPlane(view.run.settings), WHOLE, this.#overlay.level(view));
  }

  /** A picture that is new, and of the network shown. */
  #take(picture: PanelPicture | null, source: WeightsSource | null): void {
    if (picture === null || picture === this.#whole || picture === this.#part) return;
    if (source === null || sourceId(picture.source) !== sourceId(source)) return;
    if (picture.window.size === 1) this.#whole = picture;
    else this.#part = picture;
    this.#showPictures();
  }

  #showPictures(): void {
    const view = this.#view;
    const whole = this.#whole;
    const part = this.#part;
    const coloring = this.#coloring;
    this.#surface.show(whole, part, coloring, view && this.#overlay.samples(view));
    if (view !== null) this.#drawTexts(view, countOf(view.counts, whole?.source ?? null));
  }

  #afterPreparing(): void {
    const view = this.#view;
    const coloring = this.#coloring;
    const thinning = this.#thinning;
    this.#describeView();
    if (view !== null) drawLegend(this.#legend, this.#surface.shown?.layers ?? [], { coloring, thinning }, view);
  }

  #drawTexts(view: View, count: PanelCount | null): void {
    const whole = this.#whole;
    setText(this.#heading, pictureHeading(view, count));
    this.#axed.show(this.#axes());
    for (const part of [this.#surface.canvas, this.#below]) setHidden(part, whole === null);
    setHidden(this.#placeholder, whole !== null);
    setText(this.#placeholder, placeholderText(view, this.#failure));
    this.element.classList.toggle('waiting', whole === null);
    setHidden(this.#networks.element, view.counts.length < 2);
    if (count !== null) this.#networks.setChoices(view.counts.map(networkChoice), sourceId(count.source));
    this.#colors.setChoices(COLORINGS, this.#coloring);
    this.#overlay.update(view, whole);
    this.#afterPreparing();
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
