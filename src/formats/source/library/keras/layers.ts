import type { Evaluator } from '../../python/evaluation/evaluator.ts';
import { Float, FunctionValue, Library, List, Tuple } from '../../python/evaluation/values.ts';
import type { Argument, Site, Value } from '../../python/evaluation/values.ts';
import { LayerValue, List as PlainList, Unknown } from '../../evaluation/values.ts';
import type { Property, Value as PlainValue } from '../../evaluation/values.ts';
import { parametersOf } from './signatures.ts';

/** Stands for fields that may be there. */
const OPEN_FIELD = '…';

/** `keras.layers.Dense(...)` */
export function makeLayer(e: Evaluator, className: string, args: readonly Argument[], site: Site): LayerValue {
  const config = new Map<string, Property>();
  const parameters = parametersOf(className);
  let next = 0;
  for (const { name, value, span } of args) {
    const isOpen = name === '*' || name === '**';
    const field = isOpen ? OPEN_FIELD : (name ?? parameters[next++]);
    if (field !== undefined) config.set(field, { value: plain(e, value), span, keySpan: undefined });
  }
  supplyShape(e, config, site);
  return layerOf(e, className, config, site);
}

export function layerOf(
  e: Evaluator,
  className: string,
  config: ReadonlyMap<string, Property>,
  { span, calleeSpan }: Site,
): LayerValue {
  return new LayerValue(e.journal.next(), { className, config, span, calleeSpan });
}

/** A comment may give the input's shape, which layers need not state. */
function supplyShape(e: Evaluator, config: Map<string, Property>, site: Site): void {
  const { directives } = site.scope.frame.module;
  if (directives.isEmpty || config.has('input_shape') || config.has('batch_input_shape')) return;
  const value = directives.find([site.line], ['input_shape', 'input']);
  if (value !== undefined)
    config.set('input_shape', { value: plain(e, e.fromDirective(value)), span: undefined, keySpan: undefined });
}

/** A field's value in the terms that all languages share. */
export function plain(e: Evaluator, value: Value, depth = 0): PlainValue {
  if (value instanceof Float) return value.value;
  if (value instanceof Unknown || value instanceof LayerValue || value === null) return value;
  if (value instanceof Library) return value.path.split('.').at(-1);
  if ((value instanceof List || value instanceof Tuple) && depth < 6) {
    e.meter.hold(value.items.length * 16);
    const items = value.items.map((item) => plain(e, item, depth + 1));
    const spans = items.map(() => undefined);
    return new PlainList(e.journal.next(), items, spans, undefined, value.doubt);
  }
  if (typeof value === 'object')
    return new Unknown(value instanceof FunctionValue ? value.name : 'this', undefined, true);
  return value;
}
