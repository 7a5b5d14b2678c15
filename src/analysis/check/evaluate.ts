import { totalMultiplyAdds } from '../../network/cost.ts';
import type { Span } from '../../network/definition.ts';
import { writtenShape, type Network } from '../../network/network.ts';
import { networkParameters } from '../../network/openSizes.ts';
import { formatShape } from '../../network/shape.ts';
import type { BoundResult } from '../../theory/bound.ts';
import { magnitudeOf, type Magnitude } from '../../theory/numbers/magnitude.ts';
import { definitionOf, type NetworkAnalysis } from '../analyze.ts';
import { endOfTheory } from '../networkDiagnostics.ts';
import { formatCount, formatMagnitude } from '../../common/formatFigures.ts';
import type { Expectation, Quantity } from './expectations.ts';
import { compareWith, parseFigure } from './figure.ts';
import type { CheckId, CheckResult } from './results.ts';

const QUANTITIES = ['atMost', 'canReach', 'expected', 'parameters', 'multiplyAdds', 'bottlenecks'] as const;
type QuantityId = (typeof QUANTITIES)[number];

/** A figure of a network with the words around it; without a value there is a reason. */
export type CheckedFigure =
  { readonly value: Magnitude; readonly text: string } | { readonly value: null; readonly reason: string };

/** Checks one network by one expectation, in the order in which a reader finds the fields documented. */
export function evaluate(expectation: Expectation, file: string, analysis: NetworkAnalysis): CheckResult[] {
  const { network, definition } = analysis;
  const result = (check: CheckId, passed: boolean, message: string, span: Span = definition.nameSpan): CheckResult => ({
    check,
    file,
    network: network.name,
    passed,
    message,
    span: span.end > span.start ? span : definition.span,
  });
  const quantities = QUANTITIES.flatMap((id) => {
    const wanted = expectation[id];
    if (wanted === undefined) return [];
    const { passed, message } = checkQuantity(checkedFigure(analysis, id), wanted);
    return [result(id, passed, message, id === 'bottlenecks' ? tightest(analysis) : undefined)];
  });
  const shapes = Object.entries(expectation.shapes ?? {}).map(([name, shape]) => {
    const layer = network.layers.find((each) => each.name === name);
    const { passed, message } = checkShape(network, name, shape);
    return result('shapes', passed, message, layer && definitionOf(analysis, layer).span);
  });
  return [...quantities, ...shapes];
}

function tightest(analysis: NetworkAnalysis): Span | undefined {
  const index = analysis.bottleneck;
  return index === null ? undefined : definitionOf(analysis, analysis.network.layers[index]).span;
}

/** A figure as it is checked: none of a network that was not read whole, for a part must not pass for the whole. */
export function checkedFigure(analysis: NetworkAnalysis, id: QuantityId): CheckedFigure {
  const { network, definition } = analysis;
  if (!network.complete) return { value: null, reason: 'some layers could not be read' };
  const [end] = endOfTheory(network);
  const part = end ? ` (of the layers before ${end.layer.name})` : '';
  switch (id) {
    case 'atMost':
      return boundFigure('at most', analysis.bound('tightest-upper'), ` regions${part}`);
    case 'canReach':
      return boundFigure('can reach', analysis.bound('best-lower'), ` regions${part}`);
    case 'expected': {
      const { mean } = analysis;
      if (!mean) return { value: null, reason: analysis.bound('kac-rice-line').reason ?? 'no formula applies' };
      return boundFigure(
        'expected',
        mean,
        ` regions ${mean.domainDimension === 2 ? 'in a plane' : 'on a line'}${part}`,
      );
    }
    case 'parameters':
      return countFigure(networkParameters(network, definition), 'parameters');
    case 'multiplyAdds':
      return countFigure(totalMultiplyAdds(network.layers), 'multiply-adds');
    case 'bottlenecks': {
      const count = analysis.explanations.filter(({ bottleneck }) => bottleneck !== null).length;
      return countFigure(count, count === 1 ? 'bottleneck' : 'bottlenecks');
    }
  }
}

function boundFigure(words: string, { applies, value, reason }: BoundResult, after: string): CheckedFigure {
  if (!applies || value === null) return { value: null, reason: reason ?? 'no theorem applies' };
  return { value, text: `${words} ${formatMagnitude(value)}${after}` };
}

function countFigure(count: number | null, noun: string): CheckedFigure {
  if (count === null) return { value: null, reason: `the number of ${noun} is not known` };
  return { value: magnitudeOf(count), text: `${formatCount(count)} ${noun}` };
}

function checkQuantity(figure: CheckedFigure, wanted: Quantity): Pick<CheckResult, 'passed' | 'message'> {
  if (figure.value === null) return { passed: false, message: `there is no such figure: ${figure.reason}` };
  const { value, text } = figure;
  if (typeof wanted !== 'object') {
    const passed = compareWith(value, parseFigure(wanted)) === 0;
    return { passed, message: passed ? `${text}, as expected` : `${text}, not ${shown(wanted)}` };
  }
  const { min, max } = wanted;
  if (min !== undefined && compareWith(value, parseFigure(min)) < 0)
    return { passed: false, message: `${text}, less than ${shown(min)}` };
  if (max !== undefined && compareWith(value, parseFigure(max)) > 0)
    return { passed: false, message: `${text}, more than ${shown(max)}` };
  const limits = [
    ...(min === undefined ? [] : [`not less than ${shown(min)}`]),
    ...(max === undefined ? [] : [`not more than ${shown(max)}`]),
  ];
  return { passed: true, message: `${text}, ${limits.join(' and ')}` };
}

function shown(figure: number | string): string {
  return typeof figure === 'number' && Number.isSafeInteger(figure) ? formatCount(figure) : String(figure);
}

function checkShape(
  network: Network,
  name: string,
  wanted: readonly number[],
): Pick<CheckResult, 'passed' | 'message'> {
  const input = network.inputs.findIndex((each) => each.name === name);
  const layer = network.layers.find((each) => each.name === name);
  if (!layer && input < 0) return { passed: false, message: `there is no layer or input ${name}` };
  const shape = formatShape(writtenShape(network, layer ? layer.index : -1 - input));
  const passed = shape === formatShape(wanted);
  return {
    passed,
    message: `${name} has the shape ${shape}, ${passed ? 'as expected' : `not ${formatShape(wanted)}`}`,
  };
}
