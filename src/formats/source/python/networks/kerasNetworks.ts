import type { NetworkDefinition, Problem, Span } from '../../../../network/definition.ts';
import type { Names } from '../../../names.ts';
import { asDefinition, describeModel } from '../../evaluation/networks.ts';
import type { Spelling } from '../../evaluation/networks.ts';
import { hull } from '../../evaluation/problemList.ts';
import { inputShapeOf } from '../../evaluation/models.ts';
import { LayerValue, ModelValue, TensorValue } from '../../evaluation/values.ts';
import type { Property } from '../../evaluation/values.ts';
import { plain } from '../../library/keras/layers.ts';
import { callOf, isKerasClass } from '../../library/keras/session.ts';
import type { KerasModel } from '../../library/keras/session.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { Instance, Site } from '../evaluation/values.ts';
import { isOnlyOfClass } from './ownClass.ts';

const MAX_NETWORKS = 200;

const spelling: Spelling = { dialect: 'keras3', field: (name) => name, comment: '#' };

export interface ReadNetwork {
  readonly network: NetworkDefinition;
  readonly problems: readonly Problem[];
}

/** The models of Keras that a source makes, but those that are parts of others. */
export function kerasRoots(e: Evaluator): KerasModel[] {
  const objects = e.instances.filter(
    (object) =>
      !object.isHeld && /Model$/.test(object.library ?? '') && isKerasClass(object.library ?? '') && callOf(object),
  );
  const roots: KerasModel[] = [...e.keras.models.filter(({ nested }) => !nested), ...objects];
  const known = roots.filter((root) => (root instanceof Instance ? !root.isSymbolic : !e.keras.symbolic.has(root)));
  return (known.length > 0 ? known : roots).slice(0, MAX_NETWORKS);
}

/** One model as a network; undefined where it has no layers. */
export function readKeras(
  e: Evaluator,
  root: KerasModel,
  names: Names,
  all: readonly KerasModel[],
): ReadNetwork | undefined {
  const model = withInput(e, root);
  const described = describeModel(model, undefined, spelling);
  if (described.layers.every(({ type }) => type === 'input')) return undefined;
  const { name, span: binding } = nameOf(root);
  const own = root instanceof Instance && isOnlyOfClass(root, all) ? root.cls?.nameSpan : undefined;
  const span = own ?? binding;
  const spans = [span, ...described.layers.map((layer) => layer.span)];
  const { inputs } = described;
  const source = inputs.length > 0 ? sourceOf(e, root, inputs[0].span) : undefined;
  const noted = source ? inputs.map((input) => ({ ...input, source })) : inputs;
  const network = asDefinition({ ...described, inputs: noted }, names.unique(name), hull(spans), span);
  return { network, problems: described.problems };
}

function sourceOf(e: Evaluator, root: KerasModel, { start }: Span): string | undefined {
  const shown = e.keras.shapes.get(root);
  return shown?.shape.span?.start === start ? shown.source : undefined;
}

function nameOf(root: KerasModel): { name: string; span: Span } {
  const given = root instanceof ModelValue ? root.givenName : undefined;
  const global = root instanceof Instance ? root.bindings.find(({ isGlobal }) => isGlobal) : undefined;
  const binding = global ?? root.maker ?? root.bindings[0];
  const own = root instanceof Instance ? root.cls?.name : undefined;
  const place = root instanceof Instance ? root.site.calleeSpan : root.calleeSpan;
  return { name: given ?? binding?.name ?? own ?? 'model', span: binding?.span ?? place };
}

/** A model with the input that the source shows it elsewhere, and with the layers of its own classes followed. */
function withInput(e: Evaluator, root: KerasModel): ModelValue {
  const shape = fromDirective(e, root) ?? e.keras.shapes.get(root)?.shape;
  const first = root instanceof ModelValue ? root.items.items[0] : undefined;
  const stated = first instanceof LayerValue ? inputShapeOf(first) : undefined;
  if (root instanceof ModelValue && root.kind === 'functional') return root;
  const site = root instanceof Instance ? root.site : { span: root.span, calleeSpan: root.calleeSpan };
  const source = {
    kind: 'input',
    name: undefined,
    shape: stated?.shape ?? shape,
    shapeField: stated?.shapeField ?? 'shape',
  } as const;
  const input = new TensorValue(e.journal.next(), source, shape?.span ?? site.span);
  const scope = root instanceof Instance ? root.site.scope : e.loader.mainScope();
  const followed = e.keras.followed(e, root, input, new Site(site.span, site.calleeSpan, scope, 0, site.span, 'call'));
  if (followed) return followed;
  const sequence = root as ModelValue;
  if (stated || !shape || !(first instanceof LayerValue)) return sequence;
  const layer = new LayerValue(e.journal.next(), {
    className: 'InputLayer',
    config: new Map([['shape', shape]]),
    span: shape.span ?? sequence.span,
    calleeSpan: sequence.calleeSpan,
  });
  e.journal.touch(sequence.items);
  sequence.items.items.unshift(layer);
  sequence.items.spans.unshift(undefined);
  return sequence;
}

/** `# @region-lens input = (28, 28, 1)` at the call that makes the model, at its class, or at what holds it. */
function fromDirective(e: Evaluator, root: KerasModel): Property | undefined {
  const { directives, file } = e.main;
  if (directives.isEmpty) return undefined;
  const cls = root instanceof Instance ? root.cls?.nameSpan : undefined;
  const place = root instanceof Instance ? root.site.span : root.span;
  const spans = [cls, place, root.maker?.span, ...root.bindings.map(({ span }) => span)];
  const lines = spans.flatMap((span) => (span ? [file.lineOf(span.start)] : []));
  const value = directives.find(lines, ['input', 'input_shape']);
  return value === undefined
    ? undefined
    : { value: plain(e, e.fromDirective(value)), span: undefined, keySpan: undefined };
}
