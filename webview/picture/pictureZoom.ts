import { select } from 'd3-selection';
import { zoom, zoomIdentity, zoomTransform, type D3ZoomEvent, type ZoomBehavior, type ZoomTransform } from 'd3-zoom';
import { t } from '../app/strings.ts';
import { button } from '../widgets/toolkit.ts';

const MAX_ZOOM = 1e5;
const ZOOM_STEP = 1.6;
const PAN_STEP = 40;

type Zoom = ZoomBehavior<HTMLCanvasElement, unknown>;

/** Moves a picture by wheel, pointer, keys and buttons. */
export interface PictureZoom {
  readonly buttons: readonly HTMLElement[];
  /** The whole square again. */
  reset(): void;
  resize(side: number): void;
}

/** `moved` gets each new place. `onKey` gets all keys that do not move the picture, and says whether it took one. */
export function createPictureZoom(
  canvas: HTMLCanvasElement,
  on: {
    moved(transform: ZoomTransform): void;
    onKey(key: string): boolean;
    enlarge(): void;
  },
): PictureZoom {
  const zooming = zoomOf(canvas, (transform) => on.moved(transform));
  const target = select(canvas);
  target.call(zooming);
  const reset = () => zooming.transform(target, zoomIdentity);
  const keys = { ...movesOf(canvas, zooming), '0': reset };
  target.on('keydown', (event: KeyboardEvent) => {
    if (Object.hasOwn(keys, event.key)) keys[event.key as keyof typeof keys]();
    else if (!on.onKey(event.key)) return;
    event.preventDefault();
  });
  return {
    buttons: [
      toolButton('−', t('Zoom out'), keys['-']),
      toolButton('+', t('Zoom in'), keys['+']),
      toolButton('⟲', t('Show the whole square'), reset),
      toolButton('⤢', t('Larger or smaller picture'), () => on.enlarge()),
    ],
    reset,
    resize(side) {
      const square: [[number, number], [number, number]] = [
        [0, 0],
        [side, side],
      ];
      zooming.extent(square).translateExtent(square);
    },
  };
}

function zoomOf(canvas: HTMLCanvasElement, moved: (transform: ZoomTransform) => void): Zoom {
  return (
    zoom<HTMLCanvasElement, unknown>()
      .scaleExtent([1, MAX_ZOOM])
      .wheelDelta(wheelDelta)
      // The wheel scrolls the page, until the picture has the focus.
      .filter((event: Event) =>
        event instanceof WheelEvent
          ? event.ctrlKey || event.metaKey || document.activeElement === canvas
          : !(event instanceof MouseEvent && event.button !== 0),
      )
      .on('zoom', ({ transform }: D3ZoomEvent<HTMLCanvasElement, unknown>) => moved(transform))
  );
}

/** By the keys that move the picture. */
function movesOf(canvas: HTMLCanvasElement, zooming: Zoom) {
  const target = select(canvas);
  const by = (factor: number) => () => zooming.scaleBy(target, factor);
  const to = (x: number, y: number) => () => {
    const { k } = zoomTransform(canvas);
    zooming.translateBy(target, x / k, y / k);
  };
  return {
    ArrowLeft: to(PAN_STEP, 0),
    ArrowRight: to(-PAN_STEP, 0),
    ArrowUp: to(0, PAN_STEP),
    ArrowDown: to(0, -PAN_STEP),
    '+': by(ZOOM_STEP),
    '=': by(ZOOM_STEP),
    '-': by(1 / ZOOM_STEP),
  };
}

/** One event of a wheel or a pinch zooms by a factor of at most 1.4; d3 takes ten times as much with Ctrl. */
function wheelDelta({ deltaY, deltaMode, ctrlKey }: WheelEvent): number {
  const perUnit = deltaMode === 1 ? 0.05 : deltaMode === 2 ? 1 : 0.002;
  return Math.min(0.5, Math.max(-0.5, -deltaY * perUnit * (ctrlKey ? 10 : 1)));
}

function toolButton(text: string, label: string, onPress: () => void): HTMLElement {
  const created = button(text, 'secondary', onPress).element;
  created.setAttribute('aria-label', label);
  created.title = label;
  return created;
}
