import { select, type Selection } from 'd3-selection';
import { element, svgElement, uniqueId } from '../widgets/dom.ts';
import type { Group } from './axis.ts';

/** A plot's drawing, the texts that name it for screen readers, and the width it was drawn for. */
export class Drawing {
  readonly svg: Selection<SVGSVGElement, unknown, null, undefined>;
  readonly heading: HTMLElement;
  readonly description: HTMLElement;
  readonly frame: HTMLElement;
  #fittedTo = 0;

  /** `name` is its class in the style sheets. */
  constructor(name: string, heading: 'h2' | 'h3', described: 'visuallyHidden' | 'muted caption') {
    const [titleId, descriptionId] = [uniqueId(`${name}Title`), uniqueId(`${name}Description`)];
    this.svg = select(svgElement('svg'))
      .attr('class', `plot ${name}`)
      .attr('role', 'img')
      .attr('aria-labelledby', `${titleId} ${descriptionId}`);
    this.heading = element(heading, { attributes: { id: titleId } });
    this.description = element('p', { class: described, attributes: { id: descriptionId } });
    this.frame = element('div', { class: 'plotFrame' }, [this.svg.node()]);
  }

  /** In pixels; 0 while it is hidden. */
  get width(): number {
    return this.frame.clientWidth;
  }

  /** Its width is another one than it was drawn for. */
  get isOutgrown(): boolean {
    return this.width !== this.#fittedTo;
  }

  /** Later parts lie over earlier ones. */
  group(name: string | null = null): Group {
    return this.svg.append('g').attr('class', name);
  }

  /** It is drawn for this size from now on. */
  fit(width: number, height: number): void {
    this.#fittedTo = width;
    this.svg.attr('width', width).attr('height', height).attr('viewBox', `0 0 ${width} ${height}`);
  }
}
