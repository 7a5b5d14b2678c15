import { formatCount, significant } from '../../../src/common/formatFigures.ts';
import type { ScaleContinuousNumeric } from 'd3-scale';
import type { Selection } from 'd3-selection';
import { area, line } from 'd3-shape';
import { drawLogAxis, drawTextsBelow, type Group } from '../axis.ts';
import { placeLabels } from '../depthGeometry.ts';
import { drawEndLabels } from '../endLabels.ts';
import type { StepFigures, StepLevel, StepPoint, StepSeries } from './stepFigures.ts';
import { LEFT, TOP, type StepLayout } from './stepScales.ts';

/** More lie on one another. */
const MOST_DOTS = 60;

export function drawFigureAxis(group: Group, { y: { scale }, right }: StepLayout): void {
  if (scale.kind === 'log') drawLogAxis(group, scale.log, LEFT, right);
  else drawLinearAxis(group, scale.linear, right);
}

function drawLinearAxis(group: Group, scale: ScaleContinuousNumeric<number, number>, right: number): void {
  const ticks = group
    .attr('transform', `translate(${LEFT},0)`)
    .selectAll<SVGGElement, number>('g.tick')
    .data(scale.ticks(4))
    .join((enter) => {
      const tick = enter.append('g').attr('class', 'tick');
      tick.append('line').attr('y2', 0);
      tick.append('text').attr('x', -8).attr('dy', '0.32em').attr('text-anchor', 'end');
      return tick;
    })
    .attr('transform', (value) => `translate(0,${scale(value)})`);
  ticks.select('line').attr('x2', right - LEFT);
  ticks.select('text').text(tickText);
}

export function drawSecondAxis(group: Group, { second, secondY, right }: StepLayout): void {
  group
    .selectAll<SVGTextElement, number>('text')
    .data(second ? secondY.ticks(4) : [])
    .join('text')
    .attr('x', right + 8)
    .attr('dy', '0.32em')
    .attr('y', secondY)
    .text(tickText);
}

export function drawStepAxis(group: Group, { x, bottom }: StepLayout): void {
  const texts = x.ticks.map((step) => ({ text: formatCount(step), x: x.at(step) }));
  drawTextsBelow(group, texts, bottom + 17);
}

/** How far figures are spread, or what each layer adds. */
export function drawAreas(group: Group, { series, isStacked }: StepFigures, { x, y }: StepLayout): void {
  const shape = area<StepPoint>().x((point) => x.at(point.x));
  const stacked = isStacked === true;
  const shown = stacked ? series : series.filter(({ points }) => points.some(({ spread }) => spread !== undefined));
  group
    .selectAll<SVGPathElement, StepSeries>('path')
    .data(shown, ({ id }) => id)
    .join('path')
    .attr('class', ({ kind }) => `stepArea ${kind}`)
    .attr('d', (one) => {
      const before = stacked ? series[series.indexOf(one) - 1] : undefined;
      return shape
        .y0((point, i) => y.at(stacked ? (before?.points[i]?.y ?? 0) : point.y - (point.spread ?? 0)))
        .y1((point) => y.at(point.y + (stacked ? 0 : (point.spread ?? 0))))(one.points);
    });
}

export function drawLevels(group: Group, { levels }: StepFigures, { y, right }: StepLayout): void {
  group
    .selectAll<SVGLineElement, StepLevel>('line')
    .data(levels, ({ id }) => id)
    .join('line')
    .attr('class', ({ kind }) => `line ${kind}`)
    .attr('x1', LEFT)
    .attr('x2', right)
    .attr('y1', (level) => y.at(level.y))
    .attr('y2', (level) => y.at(level.y));
}

export function drawLines(group: Group, { series }: StepFigures, { x, y, second, secondY }: StepLayout): void {
  const path = line<StepPoint>().x((point) => x.at(point.x));
  group
    .selectAll<SVGPathElement, StepSeries>('path')
    .data([...series, ...(second ? [second] : [])], ({ id }) => id)
    .join('path')
    .attr('class', ({ kind, label }) => `line stepLine ${kind} ${label === null ? 'faint' : ''}`)
    .attr('data-series', ({ id }) => id)
    .attr('d', (one) => path.y((point) => (one === second ? secondY(point.y) : y.at(point.y)))(one.points));
}

export function drawDots(group: Group, { series }: StepFigures, { x, y }: StepLayout): void {
  const dots = series
    .filter(({ label, points }) => label !== null && points.length <= MOST_DOTS)
    .flatMap(({ id, kind, points }) => points.map((point) => ({ id, kind, point })));
  group
    .selectAll<SVGCircleElement, (typeof dots)[number]>('circle')
    .data(dots, ({ id, point }) => `${id} ${point.x}`)
    .join('circle')
    .attr('class', ({ kind, point }) => `stepDot ${kind} ${point.isAtLeast === true ? 'atLeast' : ''}`)
    .attr('r', 2.4)
    .attr('cx', ({ point }) => x.at(point.x))
    .attr('cy', ({ point }) => y.at(point.y));
}

/** The names of lines and levels at their ends, unless the legend has them. */
export function drawEnds(group: Group, { series, levels }: StepFigures, layout: StepLayout): void {
  const { y, right, bottom, isLegendWhole } = layout;
  const ends = [
    ...series.flatMap(({ id, kind, label, points }) =>
      label === null || points.length === 0 ? [] : [{ id, kind, text: label, y: points[points.length - 1].y }],
    ),
    ...levels.map((level) => ({ id: level.id, kind: level.kind, text: level.label, y: level.y })),
  ];
  const labels = ends
    .map(({ y: figure, ...end }) => ({ ...end, x: right, anchor: y.at(figure) }))
    .filter(({ anchor }) => anchor > 0);
  drawEndLabels(group, isLegendWhole ? [] : placeLabels(labels, 14, TOP, bottom), right + 8);
}

/** A line from the top of the plot to its bottom; hidden where it stands nowhere. */
export function drawUpright(
  mark: Selection<SVGLineElement, unknown, null, undefined>,
  at: number | null,
  bottom: number,
): void {
  mark
    .attr('x1', at)
    .attr('x2', at)
    .attr('y1', TOP)
    .attr('y2', bottom)
    .attr('display', at === null ? 'none' : null);
}

function tickText(value: number): string {
  return Math.abs(value) >= 1000 ? formatCount(value) : significant(value);
}
