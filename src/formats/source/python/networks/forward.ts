import type { Shape } from '../../../../network/shape.ts';
import { fileShape } from '../../../graph/axes.ts';
import { isMode, modeArguments } from '../../library/flax/apply.ts';
import { isFlaxModule } from '../../library/flax/classes.ts';
import { NeedsShape, Trace } from '../../library/torch/trace.ts';
import type { TraceInput } from '../../library/torch/trace.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { outputsOf } from './networks.ts';
import type { Keyed } from './passes.ts';
import type { ForwardPass } from './runs.ts';
import type { Instance, Value } from '../evaluation/values.ts';

interface PassOptions {
  readonly isProbing: boolean;
  readonly isRepeated?: boolean;
}

/** A forward pass of a module with this key: one of this version of the text that was followed before, if it can be. */
export function forwardPass(
  e: Evaluator,
  key: Keyed,
  object: Instance,
  inputs: readonly TraceInput[],
  options: PassOptions & { readonly isLast?: boolean },
): ForwardPass {
  const follow = () => runForward(e, object, inputs, options);
  if (options.isRepeated || !inputs.every(({ shape }) => shape)) return follow();
  return e.runs.of(key, namesOf(inputs), options.isLast ?? false, follow);
}

/** Follows a forward pass of a module on symbolic tensors of these shapes; what it changes is taken back. */
function runForward(
  e: Evaluator,
  object: Instance,
  inputs: readonly TraceInput[],
  { isProbing, isRepeated }: PassOptions,
): ForwardPass {
  const trace = new Trace(e, object, inputs, isProbing, isRepeated);
  const { torch } = e;
  const outer = torch.trace;
  torch.trace = trace;
  let needs: NeedsShape | undefined;
  let value: Value;
  try {
    value = e.journal.attempt(() => {
      const args = inputs.map((_input, i) => {
        return { name: undefined, value: torch.tensor(e, trace.input(i)), span: undefined };
      });
      return torch.apply(e, object, [...args, ...modeArguments(object, parameterNames(e, object))], object.site);
    }).result;
  } catch (error) {
    if (!(error instanceof NeedsShape)) throw error;
    needs = error;
  } finally {
    torch.trace = outer;
  }
  return { trace, outputs: outputsOf(value), value, needs };
}

/** What a forward pass finds out about its inputs. */
export interface Probe {
  readonly needs: NeedsShape | undefined;
  readonly isCollapsed: boolean;
  readonly misfit: Trace['misfit'];
  /** A linear layer behind positions that were flattened says how many of them there are. */
  readonly isChecked: boolean;
}

/** Follows a forward pass of a network to learn what its inputs can be; `isRepeated`: one of many. */
export function probe(e: Evaluator, object: Instance, inputs: readonly TraceInput[], isRepeated = false): Probe {
  const name = `probe ${namesOf(inputs)}`;
  const key = e.passes.keyOf(object, true);
  return e.passes.of(key, { name, isDuringEvaluation: false }, () => {
    const { needs, trace } = forwardPass(e, key, object, inputs, { isProbing: true, isRepeated });
    return { needs, isCollapsed: trace.isCollapsed, misfit: trace.misfit, isChecked: checks(trace) };
  });
}

/** What tells inputs apart. */
export function namesOf(inputs: readonly TraceInput[]): string {
  return JSON.stringify(inputs.map(({ name, shape, isChannelsLast = false }) => [name, shape ?? null, isChannelsLast]));
}

function checks(trace: Trace): boolean {
  if (trace.isAdaptive) return false;
  return trace.writer.drafts.some(
    ({ type, isChannelByChannel, sources }) =>
      type === 'flatten' &&
      (isChannelByChannel === true ||
        sources.some(
          (source) =>
            'layer' in source && (source.layer.operation.kind === 'dense' || 'window' in source.layer.operation),
        )),
  );
}

/** The shapes that come out, in PyTorch's order and without the batch. */
export function shapesAfter(e: Evaluator, object: Instance, shapes: readonly Shape[]): readonly Shape[] | undefined {
  const inputs = inputNames(e, object, shapes.length).map((name, i) => ({ name, shape: shapes[i] }));
  const name = `shapes ${e.nesting} ${namesOf(inputs)}`;
  const key = e.passes.keyOf(object, false);
  return e.passes.of(key, { name, isDuringEvaluation: true }, () => {
    const { outputs } = forwardPass(e, key, object, inputs, { isProbing: false });
    const found = outputs.map(({ value }) => fileShape(value));
    return found.every((shape) => shape !== undefined) ? found : undefined;
  });
}

function parameterNames(e: Evaluator, object: Instance): string[] {
  return e.torch.forwardOf(object)?.node.params.map(({ name }) => name) ?? [];
}

/** The names of the inputs: the parameters of `forward` that have no default, or the first `count` parameters. */
export function inputNames(e: Evaluator, object: Instance, count?: number): string[] {
  const forward = e.torch.forwardOf(object);
  if (!forward) return ['input'];
  const [, ...params] = forward.node.params;
  const plain = params.filter(({ name, stars }) => stars === 0 && !(isFlaxModule(object) && isMode(name)));
  const needed = plain.filter(({ name, keywordOnly }) => !keywordOnly && !forward.fallbacks.has(name));
  if (count !== undefined && count !== needed.length) return plain.slice(0, count).map(({ name }) => name);
  const names = needed.map(({ name }) => name);
  return names.length > 0 ? names : plain.slice(0, 1).map(({ name }) => name);
}
