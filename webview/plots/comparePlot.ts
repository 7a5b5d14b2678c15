import { formatLog10 } from '../../src/common/formatFigures.ts';
import { scaleLinear } from 'd3-scale';
import { select } from 'd3-selection';
import {
  line,
  symbol,
  symbolCircle,
  symbolDiamond,
  symbolSquare,
  symbolTriangle,
  symbolStar,
  symbolWye,
} from 'd3-shape';
import type { ComparedRow } from '../../src/protocol/runs.ts';
import { drawAxisTitles, drawLogAxis, drawTextsBelow, logScale, TITLE_ABOVE, TITLE_BELOW, type Group } from './axis.ts';
import { Drawing } from './drawing.ts';
import { placeLabels } from './depthGeometry.ts';
import { element, setHidden, setText } from '../widgets/dom.ts';
import { shorten } from '../format.ts';
import { t } from '../app/strings.ts';
import { fullName, type ComparedFigureSet, type Measure } from '../tables/comparedFigures.ts';

interface Series {
  readonly row: ComparedRow;
  readonly index: number;
  /** log10 before the first layer, then after each. */
  readonly values: readonly (number | null)[];
}

/** Networks are told apart by dash and by marker as well as by color. */
export const SERIES_STYLES = 6;
const SYMBOLS = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond, symbolStar, symbolWye];
const TOP = 8 + TITLE_ABOVE;
const BOTTOM = 208 + TITLE_ABOVE;
const HEIGHT = BOTTOM + 26 + TITLE_BELOW;
const LABEL_GAP = 14;
const NAME_LENGTH = 18;
/** Markers at every layer become a chain beyond this many. */
const MAX_MARKED = 24;

export function markerPath(index: number, size = 34): string {
  return symbol(SYMBOLS[index % SERIES_STYLES], size)() ?? '';
}

/** Regions after each layer of several networks, over one another. */
export class ComparePlot {
  readonly element: HTMLElement;
  readonly #drawing = new Drawing('comparePlot', 'h2', 'visuallyHidden');
  readonly #vertical = this.#drawing.group('axis axisY');
  readonly #horizontal = this.#drawing.group('axis axisX');
  readonly #lines = this.#drawing.group();
  readonly #ends = this.#drawing.group();
  readonly #titles = this.#drawing.group();
  #series: readonly Series[] = [];

  /** `tools` stand beside the heading. */
  constructor(tools: HTMLElement) {
    const { heading, description, frame } = this.#drawing;
    const head = element('div', { class: 'plotHead' }, [heading, tools]);
    this.element = element('section', { class: 'compareFigure' }, [head, description, frame]);
  }

  show(set: ComparedFigureSet, measure: Measure): void {
    this.#series = seriesOf(set, measure);
    setText(this.#drawing.heading, TITLES[measure]);
    this.#draw();
  }

  resize(): void {
    if (this.#drawing.isOutgrown) this.#draw();
  }

  #draw(): void {
    const series = this.#series;
    setHidden(this.element, series.length === 0);
    // What is hidden has no width.
    const { width } = this.#drawing;
    if (series.length === 0 || width === 0) return;
    this.#drawing.fit(width, HEIGHT);
    const texts = series.map(({ row, values }) => `${fullName(row)}: ${formatLog10(values.at(-1) ?? 0)}`);
    setText(this.#drawing.description, texts.join('; '));
    const all = series.flatMap(({ values }) => values.filter((value) => value !== null));
    const scale = logScale(Math.max(...all), TOP, BOTTOM - TOP, Math.min(...all));
    const deepest = Math.max(1, ...series.map(({ values }) => values.length - 1));
    const [left, right] = [50, width - (width < 420 ? 96 : 150)];
    const x = scaleLinear([0, deepest], [left, right]);
    drawLogAxis(this.#vertical, scale, left, right);
    drawDepths(this.#horizontal, x, deepest);
    drawSeries(this.#lines, series, x, scale.y);
    drawNames(this.#ends, series, x, scale.y, right);
    const names = { vertical: t('regions'), horizontal: t('layer with activation') };
    drawAxisTitles(this.#titles, names, { left, right, bottom: HEIGHT - 4 });
  }
}

const TITLES: Readonly<Record<Measure, string>> = {
  atMost: t('Regions after each layer, at most'),
  canReach: t('Regions after each layer that can be reached'),
  expected: t('Regions after each layer, expected'),
  counted: t('Regions after each layer, mean of counts'),
};

/** At a line's end, where there is little room. */
const SHORT_ROLES: Readonly<Record<Exclude<ComparedRow['role'], 'network'>, string>> = {
  'dense-same-parameters': t('same size'),
  'shallow-same-neurons': t('same neurons'),
};

function seriesOf(set: ComparedFigureSet, measure: Measure): Series[] {
  return set.rows.flatMap((row, index): Series[] => {
    const figure = set.of(row, measure);
    return figure ? [{ row, index, values: [0, ...figure.perLayer] }] : [];
  });
}

function drawDepths(group: Group, x: (depth: number) => number, deepest: number): void {
  const every = Math.max(1, Math.ceil(deepest / 10));
  const depths = Array.from({ length: deepest + 1 }, (_, i) => i).filter((i) => i % every === 0);
  const texts = depths.map((depth) => ({ text: depth === 0 ? t('input') : String(depth), x: x(depth) }));
  drawTextsBelow(group, texts, BOTTOM + 22);
}

function drawSeries(
  group: Group,
  series: readonly Series[],
  x: (depth: number) => number,
  y: (log10: number) => number,
): void {
  const path = line<number | null>()
    .x((_, depth) => x(depth))
    .y((value) => y(value ?? 0))
    .defined((value) => value !== null);
  const joined = group
    .selectAll<SVGGElement, Series>('g.compared')
    .data(series, ({ row }) => row.key)
    .join((enter) => {
      const one = enter.append('g');
      one.append('path').attr('class', 'comparedLine');
      one.append('g').attr('class', 'markers');
      return one;
    })
    .attr('class', ({ index }) => `compared series${index % SERIES_STYLES}`)
    .attr('data-key', ({ row }) => row.key);
  joined.select('.comparedLine').attr('d', ({ values }) => path(values));
  joined.each(function ({ values, index }) {
    const last = values.length - 1;
    const marked = values.flatMap((value, depth) =>
      value !== null && depth > 0 && (last <= MAX_MARKED || depth === last) ? [{ value, depth }] : [],
    );
    select(this)
      .select('.markers')
      .selectAll<SVGPathElement, (typeof marked)[number]>('path')
      .data(marked)
      .join('path')
      .attr('d', markerPath(index))
      .attr('transform', ({ value, depth }) => `translate(${x(depth)},${y(value)})`);
  });
}

function drawNames(
  group: Group,
  series: readonly Series[],
  x: (depth: number) => number,
  y: (log10: number) => number,
  right: number,
): void {
  const labels = series.map(({ row, values, index }) => {
    const last = values.findLastIndex((value) => value !== null);
    const text = row.role === 'network' ? shorten(row.name, NAME_LENGTH) : SHORT_ROLES[row.role];
    return { id: row.key, kind: 'named' as const, text, x: x(last), anchor: y(values[last] ?? 0), index };
  });
  const placed = placeLabels(labels, LABEL_GAP, TOP, BOTTOM);
  group
    .selectAll<SVGGElement, (typeof placed)[number]>('g')
    .data(placed, ({ id }) => id)
    .join((enter) => {
      const label = enter.append('g');
      label.append('path').attr('class', 'leader');
      label.append('text').attr('dy', '0.35em');
      return label;
    })
    .attr(
      'class',
      ({ id }) => `comparedEnd series${(labels.find((label) => label.id === id)?.index ?? 0) % SERIES_STYLES}`,
    )
    .each(function (label) {
      const start = right + 16;
      const moved = Math.abs(label.y - label.anchor) > 5 || label.x < right - 1;
      select(this)
        .select('.leader')
        .attr('d', moved ? `M${label.x + 6},${label.anchor}L${start - 3},${label.y}` : null);
      select(this).select('text').attr('x', start).attr('y', label.y).text(label.text);
    });
}
