import { select } from 'd3-selection';
import { significant } from '../../src/common/formatFigures.ts';
import type { PanelPicture } from '../../src/protocol/runs.ts';
import type { View } from '../app/view.ts';
import { t } from '../app/strings.ts';
import { element, setText } from '../widgets/dom.ts';
import type { PictureCanvas } from './pictureCanvas.ts';
import { polygonArea, polygonAt } from './preparedPicture.ts';
import { createRegionDetails } from './regionDetails.ts';

/** A region is asked about when the pointer has rested this long. */
const PROBE_MS = 140;

/** A point of the whole square, each coordinate from 0 to 1. */
export interface SquarePoint {
  readonly x: number;
  readonly y: number;
}

/** The region under the pointer, or the one that is pinned: its outline, its size, and what the network does in it. */
export interface PointedRegion {
  readonly marks: SVGSVGElement;
  readonly readout: HTMLElement;
  readonly details: HTMLElement;
  readonly isPinned: boolean;
  /** The pointer is there, in pixels of the canvas. */
  pointAt(offsetX: number, offsetY: number): void;
  /** Pins the region there; the one that is pinned there already is let go. */
  pinAt(offsetX: number, offsetY: number): void;
  unpin(): void;
  /** The pointer has gone, or the picture has moved. */
  leave(): void;
  showProbe(view: View): void;
  resize(side: number): void;
}

/** `ask` asks for the region at a point. */
export function createPointedRegion(
  surface: PictureCanvas,
  actions: { readonly copy: (text: string) => void; readonly ask: (at: SquarePoint) => void },
): PointedRegion {
  const { canvas } = surface;
  const marks = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'))
    .attr('class', 'pictureOverlay')
    .attr('aria-hidden', 'true');
  const outline = marks.append('path').attr('class', 'regionOutline');
  const spot = marks.append('path').attr('class', 'regionSpot');
  const readout = element('p', { class: 'muted caption readout' });
  const details = createRegionDetails({ copy: actions.copy, pin: () => setPinned(!isPinned) });
  let probeTimer = 0;
  /** The point asked about. */
  let pointed: SquarePoint | null = null;
  /** The region at `pointed` stays, wherever the pointer goes. */
  let isPinned = false;

  function setPinned(pinned: boolean): void {
    isPinned = pinned;
    details.setPinned(pinned);
    if (!pinned) leave();
  }

  function pinAt(offsetX: number, offsetY: number): void {
    const before = isPinned ? polygonOf(pointed) : -1;
    isPinned = false;
    pointAt(offsetX, offsetY, 0);
    setPinned(pointed !== null && polygonOf(pointed) !== before);
  }

  /** Of the picture in sight, the polygon with this point; -1 where there is none. */
  function polygonOf(at: SquarePoint | null): number {
    const prepared = surface.shown();
    if (prepared === null || at === null) return -1;
    const { window } = prepared.picture;
    return polygonAt(prepared, (at.x - window.x) / window.size, (at.y - window.y) / window.size);
  }

  function pointAt(offsetX: number, offsetY: number, delay: number): void {
    const prepared = surface.shown();
    if (prepared === null || isPinned) return;
    const side = canvas.clientWidth;
    const [u, v] = surface.transform().invert([offsetX, offsetY]);
    const at = { x: Math.min(1, Math.max(0, u / side)), y: Math.min(1, Math.max(0, 1 - v / side)) };
    const polygon = polygonOf(at);
    if (polygon < 0) return leave();
    pointed = at;
    drawOutline(prepared.picture, polygon);
    const { window, sides, gradients } = prepared.picture;
    const area = polygonArea(prepared, polygon) * window.size ** 2 * sides[0] * sides[1];
    const [gx, gy] = [gradients[2 * polygon] / sides[0], gradients[2 * polygon + 1] / sides[1]];
    setText(readout, t('area {0} · gradient ({1}, {2})', significant(area), significant(gx), significant(gy)));
    clearTimeout(probeTimer);
    probeTimer = self.setTimeout(() => {
      if (pointed === at) actions.ask(at);
    }, delay);
  }

  function leave(): void {
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
    const polygon = polygonOf(pointed);
    const prepared = surface.shown();
    if (prepared !== null && polygon >= 0) drawOutline(prepared.picture, polygon);
    else outline.attr('d', null);
  }

  function drawOutline(picture: PanelPicture, polygon: number): void {
    const side = canvas.clientWidth;
    const toPixels = (x: number, y: number) => surface.transform().apply([x * side, (1 - y) * side]);
    const corners = cornersOf(picture, polygon).map(({ x, y }) =>
      toPixels(x, y)
        .map((value) => value.toFixed(1))
        .join(),
    );
    outline.attr('d', `M${corners.join('L')}Z`);
    if (pointed === null) return;
    const [x, y] = toPixels(pointed.x, pointed.y);
    spot.attr('d', `M${x - 4},${y}h8M${x},${y - 4}v8`);
  }

  function showProbe({ probe, network }: View): void {
    const isMeant = probe !== null && pointed !== null && probe.x === pointed.x && probe.y === pointed.y;
    if (isMeant || pointed === null) details.show(isMeant ? probe : null, network.layers, network.inputSize);
  }

  return {
    marks: marks.node()!,
    readout,
    details: details.element,
    get isPinned() {
      return isPinned;
    },
    pointAt: (offsetX, offsetY) => pointAt(offsetX, offsetY, PROBE_MS),
    pinAt,
    unpin: () => setPinned(false),
    leave,
    showProbe,
    resize: (side) => void marks.attr('viewBox', `0 0 ${side} ${side}`),
  };
}

/** Corners of a polygon, in the whole square. */
function cornersOf({ vertices, offsets, window }: PanelPicture, polygon: number): SquarePoint[] {
  const corners: SquarePoint[] = [];
  for (let k = offsets[polygon]; k < offsets[polygon + 1]; k++)
    corners.push({ x: window.x + vertices[2 * k] * window.size, y: window.y + vertices[2 * k + 1] * window.size });
  return corners;
}
