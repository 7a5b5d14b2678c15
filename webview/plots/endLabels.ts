import type { Selection } from 'd3-selection';

/** A name at the end of a line, on its way to a place where no other one is. */
interface EndLabel {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  readonly y: number;
}

/** Writes the names of lines beside their ends, from `x` on. */
export function drawEndLabels(
  group: Selection<SVGGElement, unknown, null, undefined>,
  labels: readonly EndLabel[],
  x: number,
): void {
  group
    .selectAll<SVGGElement, EndLabel>('g')
    .data(labels, ({ id }) => id)
    .join((enter) => {
      const label = enter.append('g');
      label.append('text').attr('dy', '0.35em');
      return label;
    })
    .attr('class', ({ kind }) => `end ${kind}`)
    .select('text')
    .attr('x', x)
    .attr('y', ({ y }) => y)
    .text(({ text }) => text);
}
