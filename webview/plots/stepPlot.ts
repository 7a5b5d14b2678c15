import { formatCount, significant } from '../../src/common/formatFigures.ts';
import { scaleLinear, scaleLog, type ScaleContinuousNumeric } from 'd3-scale';
import { select } from 'd3-selection';
import { area, line } from 'd3-shape';
import { drawAxisTitles, drawLogAxis, logScale, type Group } from './axis.ts';
import { drawStepLegend, LEGEND_LINE } from './stepLegend.ts';
import { placeLabels } from './depthGeometry.ts';
import { drawEndLabels } from './endLabels.ts';
import { element, setHidden, setText, uniqueId } from '../widgets/dom.ts';

/** A figure at one step of training. */
export interface StepPoint {
  readonly x: number;
  readonly y: number;
  /** How far the figure may be off, or how far runs differ. */
  readonly spread?: number;
  /** A lower bound: the count was stopped. */
  readonly isAtLeast?: boolean;
}

export interface StepSeries {
  readonly id: string;
  /** Its name at the line's end; none for a faint line, one of several runs. */
  readonly label: string | null;
  /** A class of the style sheet, which gives color and dash. */
  readonly kind: string;
  /** By x. */
  readonly points: readonly StepPoint[];
}

/** A figure that is the same at all steps. */
export interface StepLevel {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly y: number;
}

export interface StepFigures {
  readonly heading: string;
  /** What a screen reader says in place of the drawing. */
  readonly description: string;
  readonly series: readonly StepSeries[];
  readonly levels: readonly StepLevel[];
  /** Drawn to an axis of its own on the right: loss, accuracy. */
  readonly second: StepSeries | null;
  readonly isLogX: boolean;
  readonly isLogY: boolean;
  /** Each series stands on the one before. */
  readonly isStacked?: boolean;
  readonly marked: number | null;
  /** For example `step`. */
  readonly axis: string;
  /** What is counted upwards, for example `regions`. */
  readonly vertical: string;
}

export interface StepPlot {
  readonly element: HTMLElement;
  show(figures: StepFigures): void;
  resize(): void;
}

const TOP = 24;
const LEFT = 52;
const LABEL_ROOM = 92;
const SECOND_ROOM = 44;
/** Plots of less than this width have the names of their lines below. */
const NARROW = 380;

type Scale = ScaleContinuousNumeric<number, number>;

/** Figures over the steps of training. `choose` is given the step that is clicked on. */
export function createStepPlot(height: number, choose: (x: number) => void, tools: readonly Node[] = []): StepPlot {
  const titleId = uniqueId('stepTitle');
  const descriptionId = uniqueId('stepDescription');
  const bottom = height - 40;
  const svg = select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'))
    .attr('class', 'plot stepPlot')
    .attr('role', 'img')
    .attr('aria-labelledby', `${titleId} ${descriptionId}`);
  const heading = element('h2', { attributes: { id: titleId } });
  const description = element('p', { class: 'visuallyHidden', attributes: { id: descriptionId } });
  const frame = element('div', { class: 'plotFrame' }, [svg.node()]);
  const head = element('div', { class: 'plotHead' }, [heading, ...tools]);
  const root = element('section', { class: 'stepSection' }, [head, description, frame]);
  const vertical = svg.append('g').attr('class', 'axis axisY');
  const secondAxis = svg.append('g').attr('class', 'axis axisSecond');
  const secondLine = svg.append('line').attr('class', 'secondLine');
  const titles = svg.append('g');
  const horizontal = svg.append('g').attr('class', 'axis axisX');
  const areas = svg.append('g');
  const levels = svg.append('g');
  const lines = svg.append('g');
  const dots = svg.append('g');
  const mark = svg.append('line').attr('class', 'stepMark');
  const ends = svg.append('g');
  const legend = svg.append('g').attr('transform', `translate(0,${height + 6})`);
  let shown: StepFigures | null = null;
  let drawnWidth = 0;
  let x: Scale = scaleLinear();
  let wasLogY = false;

  svg.on('click', (event: MouseEvent) => {
    if (shown !== null) choose(shown.isLogX ? x.invert(event.offsetX) - 1 : x.invert(event.offsetX));
  });

  function draw(): void {
    const width = frame.clientWidth;
    const figures = shown;
    const all = figures?.series.flatMap(({ points }) => points) ?? [];
    setHidden(root, all.length === 0);
    if (figures === null || all.length === 0 || width === 0) return;
    drawnWidth = width;
    const isNarrow = width < NARROW;
    const second = figures.second !== null && figures.second.points.length > 0 ? figures.second : null;
    // A second axis stands where lines have their names otherwise: the legend has them then.
    const isLegendWhole = isNarrow || second !== null;
    const right = width - (isNarrow ? 18 : isLegendWhole ? 4 : LABEL_ROOM) - (second ? SECOND_ROOM : 0);
    const rows = drawLegend(figures, second, isLegendWhole);
    const whole = height + rows * LEGEND_LINE;
    svg.attr('width', width).attr('height', whole).attr('viewBox', `0 0 ${width} ${whole}`);
    setText(heading, figures.heading);
    setText(description, figures.description);
    x = scaleX(figures, [LEFT, right]);
    const y = drawVertical(figures, right);
    drawHorizontal(figures, isNarrow);
    drawAreas(figures, y);
    drawLevels(figures, y, right);
    drawLines(figures, y, second, right);
    drawAxisNames(figures, second, right);
    drawEnds(figures, y, right, isLegendWhole);
    const { marked } = figures;
    const at = placeOf(marked ?? 0);
    mark
      .attr('x1', at)
      .attr('x2', at)
      .attr('y1', TOP)
      .attr('y2', bottom)
      .attr('display', marked === null ? 'none' : null);
  }

  /** Step 0 is there on a logarithmic axis, too: steps stand at one more than they are. */
  function placeOf(step: number): number {
    return shown?.isLogX === true ? x(step + 1) : x(step);
  }

  function scaleX({ series, isLogX }: StepFigures, range: [number, number]): Scale {
    const steps = series.flatMap(({ points }) => points.map((point) => point.x));
    const [least, most] = [Math.min(...steps), Math.max(...steps)];
    if (isLogX) return scaleLog([1 + Math.max(0, least), 1 + Math.max(most, least + 1)], range);
    return scaleLinear([least, Math.max(most, least + 1)], range);
  }

  function drawVertical(
    { series, levels: flat, isLogY, isStacked }: StepFigures,
    right: number,
  ): (y: number) => number {
    const values = [
      ...series.flatMap(({ points }) => points.flatMap(({ y, spread = 0 }) => [y - spread, y + spread])),
      ...(isStacked === true ? [0] : []),
    ];
    // Their ticks are made in different ways.
    if (isLogY !== wasLogY) vertical.selectChildren().remove();
    wasLogY = isLogY;
    if (isLogY) {
      const positive = [...values, ...flat.map((level) => level.y)].filter((value) => value > 0).map(Math.log10);
      const scale = logScale(Math.max(0.1, ...positive), TOP, bottom - TOP, Math.min(0, ...positive));
      drawLogAxis(vertical, scale, LEFT, right);
      return (value) => scale.y(Math.log10(Math.max(value, 1e-300)));
    }
    // A level far beyond what was found, such as a bound, is named below and does not flatten the lines.
    const most = Math.max(...values);
    const near = flat.map((level) => level.y).filter((level) => level <= 3 * most);
    const [low, high] = [Math.min(...values, ...near), Math.max(most, ...near)];
    const start = Math.min(0, low);
    const scale = scaleLinear([start, high > start ? high : start + 1], [bottom, TOP]).nice(4);
    drawTicks(vertical, scale, right);
    return (value) => (value > 3 * most ? -100 : scale(value));
  }

  function drawTicks(group: Group, scale: Scale, right: number): void {
    group.attr('transform', `translate(${LEFT},0)`);
    group
      .selectAll<SVGGElement, number>('g.tick')
      .data(scale.ticks(4))
      .join((enter) => {
        const tick = enter.append('g').attr('class', 'tick');
        tick.append('line');
        tick.append('text').attr('x', -8).attr('dy', '0.32em').attr('text-anchor', 'end');
        return tick;
      })
      .attr('transform', (value) => `translate(0,${scale(value)})`)
      .each(function (value) {
        const tick = select(this);
        tick
          .select('line')
          .attr('x1', null)
          .attr('y1', null)
          .attr('x2', right - LEFT)
          .attr('y2', 0);
        tick.select('text').attr('x', -8).text(tickText(value));
      });
  }

  function drawHorizontal({ isLogX }: StepFigures, isNarrow: boolean): void {
    const [from, to] = x.domain();
    const powers = [0, ...Array.from({ length: 16 }, (_, i) => 10 ** i)].filter(
      (step) => step + 1 >= from - 1e-9 && step + 1 <= to,
    );
    const ticks =
      isLogX && powers.length > 2 ? powers : x.ticks(isNarrow ? 4 : 7).map((tick) => (isLogX ? tick - 1 : tick));
    const whole = ticks.filter(Number.isInteger);
    horizontal
      .selectAll<SVGTextElement, number>('text')
      .data(whole)
      .join('text')
      .attr('text-anchor', 'middle')
      .attr('x', placeOf)
      .attr('y', bottom + 17)
      .text(formatCount);
  }

  /** How far figures are spread, or what each layer adds. */
  function drawAreas({ series, isStacked }: StepFigures, y: (value: number) => number): void {
    const shape = area<StepPoint>().x((point) => placeOf(point.x));
    const stacked = isStacked === true;
    areas
      .selectAll<SVGPathElement, StepSeries>('path')
      .data(
        stacked ? series : series.filter(({ points }) => points.some(({ spread }) => spread !== undefined)),
        ({ id }) => id,
      )
      .join('path')
      .attr('class', ({ kind }) => `stepArea ${kind}`)
      .attr('d', (one) => {
        const before = stacked ? series[series.indexOf(one) - 1] : undefined;
        return shape
          .y0((point, i) => y(stacked ? (before?.points[i]?.y ?? 0) : point.y - (point.spread ?? 0)))
          .y1((point) => y(point.y + (stacked ? 0 : (point.spread ?? 0))))(one.points);
      });
  }

  function drawLevels({ levels: flat }: StepFigures, y: (value: number) => number, right: number): void {
    levels
      .selectAll<SVGLineElement, StepLevel>('line')
      .data(flat, ({ id }) => id)
      .join('line')
      .attr('class', ({ kind }) => `line ${kind}`)
      .attr('x1', LEFT)
      .attr('x2', right)
      .attr('y1', (level) => y(level.y))
      .attr('y2', (level) => y(level.y));
  }

  function drawLines(
    figures: StepFigures,
    y: (value: number) => number,
    second: StepSeries | null,
    right: number,
  ): void {
    const values = second?.points.map((point) => point.y) ?? [];
    const [low, high] = [Math.min(0, ...values), Math.max(1e-12, ...values)];
    const secondY = scaleLinear([low, high], [bottom, TOP]).nice(4);
    secondAxis
      .selectAll<SVGTextElement, number>('text')
      .data(second ? secondY.ticks(4) : [])
      .join('text')
      .attr('x', right + 8)
      .attr('dy', '0.32em')
      .attr('y', secondY)
      .text(tickText);
    const path = line<StepPoint>().x((point) => placeOf(point.x));
    lines
      .selectAll<SVGPathElement, StepSeries>('path')
      .data([...figures.series, ...(second ? [second] : [])], ({ id }) => id)
      .join('path')
      .attr('class', ({ kind, label }) => `line stepLine ${kind} ${label === null ? 'faint' : ''}`)
      .attr('data-series', ({ id }) => id)
      .attr('d', (one) => path.y((point) => (one === second ? secondY(point.y) : y(point.y)))(one.points));
    const points = figures.series
      .filter(({ label }) => label !== null)
      .flatMap(({ id, kind, points: all }) =>
        all.length > MOST_DOTS ? [] : all.map((point) => ({ id, kind, point })),
      );
    dots
      .selectAll<SVGCircleElement, (typeof points)[number]>('circle')
      .data(points, ({ id, point }) => `${id} ${point.x}`)
      .join('circle')
      .attr('class', ({ kind, point }) => `stepDot ${kind} ${point.isAtLeast === true ? 'atLeast' : ''}`)
      .attr('r', 2.4)
      .attr('cx', ({ point }) => placeOf(point.x))
      .attr('cy', ({ point }) => y(point.y));
  }

  function drawAxisNames({ vertical: name, axis }: StepFigures, second: StepSeries | null, right: number): void {
    const names = { vertical: name, horizontal: axis, second: second?.label ?? undefined };
    drawAxisTitles(titles, names, { left: LEFT, right, bottom: bottom + 33 });
    secondLine
      .attr('x1', right)
      .attr('x2', right)
      .attr('y1', TOP)
      .attr('y2', bottom)
      .attr('display', second ? null : 'none');
  }

  function drawEnds(figures: StepFigures, y: (value: number) => number, right: number, isLegendWhole: boolean): void {
    const named = [
      ...figures.series.flatMap(({ id, kind, label, points }) =>
        label === null || points.length === 0
          ? []
          : [{ id, kind, text: label, anchor: y(points[points.length - 1].y) }],
      ),
      ...figures.levels.map((level) => ({ id: level.id, kind: level.kind, text: level.label, anchor: y(level.y) })),
    ].filter(({ anchor }) => anchor > 0);
    const labels = named.map((one) => ({ ...one, x: right }));
    drawEndLabels(ends, isLegendWhole ? [] : placeLabels(labels, 14, TOP, bottom), right + 8);
  }

  /** Returns how many rows it takes. */
  function drawLegend({ series, levels: flat }: StepFigures, second: StepSeries | null, isWhole: boolean): number {
    const named = [...series.filter(({ label }) => label !== null), ...flat];
    return drawStepLegend(
      legend,
      [...(isWhole ? named : []), ...(second ? [second] : [])],
      drawnWidth < NARROW ? 8 : LEFT,
      drawnWidth,
    );
  }

  return {
    element: root,
    show: (figures) => {
      shown = figures;
      draw();
    },
    resize: () => {
      if (frame.clientWidth !== drawnWidth) draw();
    },
  };
}

/** More lie on one another. */
const MOST_DOTS = 60;

function tickText(value: number): string {
  if (Math.abs(value) >= 1000) return formatCount(value);
  return significant(value);
}
