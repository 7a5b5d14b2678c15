import type { LayerDraft } from '../../../graph/draft.ts';
import type { TensorValue } from '../../../graph/writer.ts';
import { Tensor } from '../../library/torch/tensor.ts';
import type { Trace } from '../../library/torch/trace.ts';
import type { Evaluator } from './evaluator.ts';
import type { Instance, Value } from './values.ts';

/** What a module makes of a tensor of one shape, as far as a search for shapes asks. */
interface Outcome {
  readonly value: TensorValue;
  readonly layers: readonly LayerDraft[];
  readonly isCollapsed: boolean;
  readonly isAdaptive: boolean;
  readonly misfit: Trace['misfit'];
  readonly steps: number;
  readonly bytes: number;
}

/** Outcomes by the key of a module and the shape that comes in. */
export type Blocks = Map<string, Map<string, Outcome>>;

/** Follows a module in one of many passes, or looks up what an equal one made of an equal tensor. */
export function followBlock(e: Evaluator, trace: Trace, object: Instance, x: Tensor, body: () => Value): Value {
  const shape = nameOf(x);
  const isClean = !trace.isCollapsed && !trace.isAdaptive && !trace.misfit;
  // What the pass has changed before is not in the key.
  if (shape === undefined || !isClean || !e.journal.isUntouched || !e.main.directives.isEmpty) return body();
  const key = e.passes.keyOf(object, true);
  if (!key) return body();
  const inputs = `${shape} ${e.nesting}`;
  const outcomes = e.passes.blocks(key.text);
  const known = outcomes.get(inputs);
  if (known && e.passes.hasRoomFor(known)) return repeated(e, trace, known);
  return followed(e, trace, body, (outcome) => outcomes.set(inputs, outcome));
}

function nameOf(x: Tensor): string | undefined {
  if (x.rearranged) return undefined;
  const { shape, channelsFirst, arrangement } = x.value;
  return shape && !arrangement ? `${shape.join('×')} ${channelsFirst}` : undefined;
}

function repeated(e: Evaluator, trace: Trace, outcome: Outcome): Tensor {
  e.meter.spend(outcome.steps, outcome.bytes);
  for (const layer of outcome.layers) trace.writer.drafts.push(layer);
  trace.isCollapsed = outcome.isCollapsed;
  trace.isAdaptive = outcome.isAdaptive;
  trace.misfit = outcome.misfit;
  return e.torch.tensor(e, outcome.value);
}

function followed(e: Evaluator, trace: Trace, body: () => Value, keep: (outcome: Outcome) => void): Value {
  const { drafts } = trace.writer;
  const [first, before, state] = [drafts.length, e.meter.used, e.passes.state(true).join()];
  const since = e.journal.next();
  return e.journal.watching((written) => {
    const result = body();
    if (!(result instanceof Tensor) || result.born <= since || nameOf(result) === undefined) return result;
    if (written.size > 0 || e.passes.state(true).join() !== state) return result;
    const { isCollapsed, isAdaptive, misfit } = trace;
    const [steps, bytes] = [e.meter.used.steps - before.steps, e.meter.used.bytes - before.bytes];
    keep({ value: result.value, layers: drafts.slice(first), isCollapsed, isAdaptive, misfit, steps, bytes });
    return result;
  });
}
