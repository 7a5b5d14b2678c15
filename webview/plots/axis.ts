import { svgElement } from '../widgets/dom.ts';
import { axisLeft } from 'd3-axis';
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import type { Selection } from 'd3-selection';
import { tickParts } from '../format.ts';

export type Group = Selection<SVGGElement, unknown, null, undefined>;

export interface LogScale {
  readonly y: ScaleLinear<number, number>;
  /** Whole powers of ten. */
  readonly ticks: readonly number[];
}

/** A scale from 1 region (10^0), or a lower whole power, to a round power above `highest`; ticks at whole powers. */
export function logScale(highest: number, top: number, height: number, lowest = 0): LogScale {
  const start = Math.min(0, Math.floor(lowest));
  const wanted = Math.max(2, Math.floor(height / 58));
  const ticks = scaleLinear([start, Math.max(start + 1, highest)], [0, 1])
    .ticks(wanted)
    .filter((tick) => Number.isInteger(tick));
  const step = ticks.length > 1 ? ticks[1] - ticks[0] : 1;
  const first = Math.floor(start / step) * step;
  const end = Math.max(first + step, Math.ceil(highest / step - 1e-9) * step);
  const all = Array.from({ length: Math.round((end - first) / step) + 1 }, (_, i) => first + i * step);
  return { ticks: all, y: scaleLinear([first, end], [top + height, top]) };
}

/** Grid lines from `left` to `right` with their powers in front. */
export function drawLogAxis(group: Group, { y, ticks }: LogScale, left: number, right: number): void {
  const axis = axisLeft(y)
    .tickValues([...ticks])
    .tickSize(-(right - left))
    .tickPadding(8)
    // Half a pixel by default, to be crisp: but lines and dots stand where their numbers are.
    .offset(0)
    .tickFormat(() => '');
  group.attr('transform', `translate(${left},0)`).call(axis).select('.domain').remove();
  group.selectAll<SVGTextElement, number>('.tick text').each(function (power) {
    drawPower(this, power);
  });
}

/** 10 to this power, with the power raised. */
export function drawPower(node: SVGTextElement, power: number): void {
  const { base, exponent } = tickParts(power);
  node.replaceChildren(base, ...(exponent === null ? [] : [raised(exponent)]));
}

/** Texts of an axis below a plot, each centered under its place. */
export function drawTextsBelow(
  group: Group,
  texts: readonly { readonly text: string; readonly x: number }[],
  y: number,
): void {
  group
    .selectAll<SVGTextElement, (typeof texts)[number]>('text')
    .data(texts)
    .join('text')
    .attr('text-anchor', 'middle')
    .attr('x', ({ x }) => x)
    .attr('y', y)
    .text(({ text }) => text);
}

/** What the axes of a plot are of; `second` is an axis on the right. */
export interface AxisTitles {
  readonly vertical: string;
  readonly horizontal: string;
  readonly second?: string;
}

/** Rows that the titles take above and below a plot. */
export const TITLE_ABOVE = 18;
export const TITLE_BELOW = 17;

/** The vertical axis has its title above it, at the top of the drawing; the horizontal one below its middle. */
export function drawAxisTitles(
  group: Group,
  { vertical, horizontal, second }: AxisTitles,
  { left, right, bottom }: { readonly left: number; readonly right: number; readonly bottom: number },
): void {
  const titles = [
    { text: vertical, x: left, y: 12, anchor: 'start' },
    { text: horizontal, x: (left + right) / 2, y: bottom, anchor: 'middle' },
    ...(second === undefined ? [] : [{ text: second, x: right, y: 12, anchor: 'end' }]),
  ];
  group
    .selectAll<SVGTextElement, (typeof titles)[number]>('text')
    .data(titles.filter(({ text }) => text !== ''))
    .join('text')
    .attr('class', 'axisName')
    .attr('text-anchor', ({ anchor }) => anchor)
    .attr('x', ({ x }) => x)
    .attr('y', ({ y }) => y)
    .text(({ text }) => text);
}

/** A figure in a drawing: `× 10^11.2` with its exponent raised. */
export function setDrawnPower(node: SVGTextElement, text: string): void {
  const [base, exponent] = text.split('^');
  if (exponent === undefined) node.textContent = text;
  else node.replaceChildren(base, raised(exponent));
}

function raised(exponent: string): SVGTSpanElement {
  const span = svgElement('tspan');
  span.setAttribute('dy', '-0.45em');
  span.setAttribute('class', 'exponent');
  span.textContent = exponent;
  return span;
}
