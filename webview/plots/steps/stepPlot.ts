import { drawAxisTitles } from '../axis.ts';
import { Drawing } from '../drawing.ts';
import type { StepFigures } from './stepFigures.ts';
import { drawStepLegend, LEGEND_LINE } from './stepLegend.ts';
import {
  drawAreas,
  drawDots,
  drawEnds,
  drawFigureAxis,
  drawLevels,
  drawLines,
  drawSecondAxis,
  drawStepAxis,
  drawUpright,
} from './stepMarks.ts';
import { LEFT, stepLayout, type StepLayout } from './stepScales.ts';
import { element, setHidden, setText } from '../../widgets/dom.ts';

/** Figures over the steps of training. */
export class StepPlot {
  readonly element: HTMLElement;
  readonly #height: number;
  readonly #drawing = new Drawing('stepPlot', 'h2', 'visuallyHidden');
  readonly #vertical = this.#drawing.group('axis axisY');
  readonly #secondAxis = this.#drawing.group('axis axisSecond');
  readonly #secondLine = this.#drawing.svg.append('line').attr('class', 'secondLine');
  readonly #titles = this.#drawing.group();
  readonly #horizontal = this.#drawing.group('axis axisX');
  readonly #areas = this.#drawing.group();
  readonly #levels = this.#drawing.group();
  readonly #lines = this.#drawing.group();
  readonly #dots = this.#drawing.group();
  readonly #mark = this.#drawing.svg.append('line').attr('class', 'stepMark');
  readonly #ends = this.#drawing.group();
  readonly #legend = this.#drawing.group();
  #shown: StepFigures | null = null;
  /** Of what is drawn. */
  #layout: StepLayout | null = null;

  /** `height` is without the legend; `choose` is given the step that is clicked on; `tools` are beside the heading. */
  constructor(height: number, choose: (step: number) => void, tools: readonly Node[] = []) {
    this.#height = height;
    const { svg, heading, description, frame } = this.#drawing;
    const head = element('div', { class: 'plotHead' }, [heading, ...tools]);
    this.element = element('section', { class: 'stepSection' }, [head, description, frame]);
    this.#legend.attr('transform', `translate(0,${height + 6})`);
    svg.on('click', ({ offsetX }: MouseEvent) => {
      if (this.#layout !== null) choose(this.#layout.x.stepAt(offsetX));
    });
  }

  show(figures: StepFigures): void {
    this.#shown = figures;
    this.#draw();
  }

  resize(): void {
    if (this.#drawing.isOutgrown) this.#draw();
  }

  #draw(): void {
    const shown = this.#shown;
    const hasPoints = shown?.series.some(({ points }) => points.length > 0) === true;
    setHidden(this.element, !hasPoints);
    // What is hidden has no width.
    const { width } = this.#drawing;
    if (shown === null || !hasPoints || width === 0) return;
    const layout = stepLayout(shown, width, this.#height);
    const rows = this.#drawLegend(shown, layout);
    this.#drawing.fit(width, this.#height + rows * LEGEND_LINE);
    setText(this.#drawing.heading, shown.heading);
    setText(this.#drawing.description, shown.description);
    this.#drawAxes(shown, layout);
    drawAreas(this.#areas, shown, layout);
    drawLevels(this.#levels, shown, layout);
    drawLines(this.#lines, shown, layout);
    drawDots(this.#dots, shown, layout);
    drawEnds(this.#ends, shown, layout);
    drawUpright(this.#mark, shown.marked === null ? null : layout.x.at(shown.marked), layout.bottom);
    this.#layout = layout;
  }

  #drawAxes({ vertical, axis }: StepFigures, layout: StepLayout): void {
    const { right, bottom, second } = layout;
    // The ticks of each kind of scale are made in a way of their own.
    if (this.#layout?.y.scale.kind !== layout.y.scale.kind) this.#vertical.selectChildren().remove();
    drawFigureAxis(this.#vertical, layout);
    drawStepAxis(this.#horizontal, layout);
    drawSecondAxis(this.#secondAxis, layout);
    const names = { vertical, horizontal: axis, second: second?.label ?? undefined };
    drawAxisTitles(this.#titles, names, { left: LEFT, right, bottom: bottom + 33 });
    drawUpright(this.#secondLine, second ? right : null, bottom);
  }

  /** Returns how many rows it takes. */
  #drawLegend({ series, levels }: StepFigures, layout: StepLayout): number {
    const { second, isLegendWhole, isNarrow, width } = layout;
    const named = isLegendWhole ? [...series.filter(({ label }) => label !== null), ...levels] : [];
    return drawStepLegend(this.#legend, [...named, ...(second ? [second] : [])], isNarrow ? 8 : LEFT, width);
  }
}
