import { select, type Selection } from 'd3-selection';
import { significant } from '../../src/common/formatFigures.ts';
import type { PanelPicture } from '../../src/protocol/runs.ts';
import type { View } from '../app/view.ts';
import { t } from '../app/strings.ts';
import { element, setText, svgElement } from '../widgets/dom.ts';
import type { PictureCanvas } from './pictureCanvas.ts';
import { polygonArea, polygonAt, type PreparedPicture } from './preparedPicture.ts';
import { createRegionDetails, type RegionDetails } from './regionDetails.ts';

/** A region is asked about when the pointer has rested this long. */
const PROBE_MS = 140;

type Path = Selection<SVGPathElement, unknown, null, undefined>;

/** A point of the whole square, each coordinate from 0 to 1. */
export interface SquarePoint {
  readonly x: number;
  readonly y: number;
}

interface PointedActions {
  copy(text: string): void;
  /** Asks for the region at a point. */
  ask(at: SquarePoint): void;
}

/** The region under the pointer, or the one that is pinned: its outline, its size, and what the network does in it. */
export class PointedRegion {
  readonly marks: SVGSVGElement;
  readonly readout = element('p', { class: 'muted caption readout' });
  readonly details: HTMLElement;
  readonly #surface: PictureCanvas;
  readonly #actions: PointedActions;
  readonly #outline: Path;
  readonly #spot: Path;
  readonly #regionDetails: RegionDetails;
  #probeTimer = 0;
  /** The point asked about. */
  #pointed: SquarePoint | null = null;
  /** The region at `pointed` stays, wherever the pointer goes. */
  #stays = false;

  constructor(surface: PictureCanvas, actions: PointedActions) {
    this.#surface = surface;
    this.#actions = actions;
    this.marks = svgElement('svg');
    const marks = select(this.marks).attr('class', 'pictureOverlay').attr('aria-hidden', 'true');
    this.#outline = marks.append('path').attr('class', 'regionOutline');
    this.#spot = marks.append('path').attr('class', 'regionSpot');
    const pin = (): void => this.#setPinned(!this.#stays);
    this.#regionDetails = createRegionDetails({ copy: (text) => actions.copy(text), pin });
    this.details = this.#regionDetails.element;
  }

  get isPinned(): boolean {
    return this.#stays;
  }

  /** The pointer is there, in pixels of the canvas. */
  pointAt(offsetX: number, offsetY: number, delay = PROBE_MS): void {
    const prepared = this.#surface.shown;
    if (prepared === null || this.#stays) return;
    const side = this.#surface.canvas.clientWidth;
    const [u, v] = this.#surface.transform.invert([offsetX, offsetY]);
    const at = { x: Math.min(1, Math.max(0, u / side)), y: Math.min(1, Math.max(0, 1 - v / side)) };
    const polygon = this.#polygonOf(at);
    if (polygon < 0) return this.leave();
    this.#pointed = at;
    this.#drawOutline(prepared.picture, polygon);
    setText(this.readout, sizeText(prepared, polygon));
    clearTimeout(this.#probeTimer);
    this.#probeTimer = window.setTimeout(() => {
      if (this.#pointed === at) this.#actions.ask(at);
    }, delay);
  }

  /** Pins the region there; the one that is pinned there already is let go. */
  pinAt(offsetX: number, offsetY: number): void {
    const before = this.#stays ? this.#polygonOf(this.#pointed) : -1;
    this.#stays = false;
    this.pointAt(offsetX, offsetY, 0);
    this.#setPinned(this.#pointed !== null && this.#polygonOf(this.#pointed) !== before);
  }

  unpin(): void {
    this.#setPinned(false);
  }

  /** The pointer has gone, or the picture has moved. */
  leave(): void {
    if (this.#stays) return this.#redrawPinned();
    clearTimeout(this.#probeTimer);
    this.#pointed = null;
    this.#outline.attr('d', null);
    this.#spot.attr('d', null);
    setText(this.readout, '');
    this.#regionDetails.show(null, [], 0);
  }

  showProbe({ probe, network }: View): void {
    const pointed = this.#pointed;
    const isMeant = probe !== null && pointed !== null && probe.x === pointed.x && probe.y === pointed.y;
    if (!isMeant && pointed !== null) return;
    this.#regionDetails.show(isMeant ? probe : null, network.layers, network.inputSize);
  }

  resize(side: number): void {
    this.marks.setAttribute('viewBox', `0 0 ${side} ${side}`);
  }

  #setPinned(pinned: boolean): void {
    this.#stays = pinned;
    this.#regionDetails.setPinned(pinned);
    if (!pinned) this.leave();
  }

  /** Of the picture in sight, the polygon with this point; -1 where there is none. */
  #polygonOf(at: SquarePoint | null): number {
    const prepared = this.#surface.shown;
    if (prepared === null || at === null) return -1;
    const { window } = prepared.picture;
    return polygonAt(prepared, (at.x - window.x) / window.size, (at.y - window.y) / window.size);
  }

  /** The picture has moved under the region that stays. */
  #redrawPinned(): void {
    const polygon = this.#polygonOf(this.#pointed);
    const prepared = this.#surface.shown;
    if (prepared !== null && polygon >= 0) this.#drawOutline(prepared.picture, polygon);
    else this.#outline.attr('d', null);
  }

  #drawOutline(picture: PanelPicture, polygon: number): void {
    const corners = cornersOf(picture, polygon).map((corner) =>
      this.#toPixels(corner)
        .map((value) => value.toFixed(1))
        .join(),
    );
    this.#outline.attr('d', `M${corners.join('L')}Z`);
    if (this.#pointed === null) return;
    const [x, y] = this.#toPixels(this.#pointed);
    this.#spot.attr('d', `M${x - 4},${y}h8M${x},${y - 4}v8`);
  }

  #toPixels({ x, y }: SquarePoint): [number, number] {
    const side = this.#surface.canvas.clientWidth;
    return this.#surface.transform.apply([x * side, (1 - y) * side]);
  }
}

function sizeText(prepared: PreparedPicture, polygon: number): string {
  const { window, sides, gradients } = prepared.picture;
  const area = polygonArea(prepared, polygon) * window.size ** 2 * sides[0] * sides[1];
  const [gx, gy] = [gradients[2 * polygon] / sides[0], gradients[2 * polygon + 1] / sides[1]];
  return t('area {0} · gradient ({1}, {2})', significant(area), significant(gx), significant(gy));
}

/** Corners of a polygon, in the whole square. */
function cornersOf({ vertices, offsets, window }: PanelPicture, polygon: number): SquarePoint[] {
  const corners: SquarePoint[] = [];
  for (let k = offsets[polygon]; k < offsets[polygon + 1]; k++)
    corners.push({ x: window.x + vertices[2 * k] * window.size, y: window.y + vertices[2 * k + 1] * window.size });
  return corners;
}
