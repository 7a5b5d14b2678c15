import { linear } from '../../network/activation.ts';
import type { Activation } from '../../network/activation.ts';
import type { Operation } from '../../network/operation.ts';
import { Fields } from '../layers/fields.ts';
import type { LayerIssue } from '../layers/fields.ts';
import { layerParts } from '../layers/table.ts';
import type { PlainRecord } from '../json/plain.ts';
import { smoothLayerRules, wrongSize } from './smoothLayers.ts';
import { meaningOfClass, snakeCase } from './classes.ts';
import { mergeClass, withCurrentFields, wrappedLayer, writtenFieldName } from './oldFields.ts';

export type KerasDialect = 'keras1' | 'keras2' | 'keras3' | 'tfjs';

/** What one Keras layer computes. Every layer with an `unknown` operation has an issue that says why. */
export interface KerasLayer {
  /** The native type, the class name in snake case where there is none, or as written for a custom class. */
  readonly type: string;
  readonly operation: Operation;
  readonly activation: Activation;
  /** `field` is a key of the config as it was written, `type` for the class name, or null for the whole layer. */
  readonly issues: readonly LayerIssue[];
  /** See `LayerDefinition`. */
  readonly isChannelByChannel?: boolean;
}

/**
 * The meaning of a layer of class `className` with `config` (snake_case keys, Keras 1 names allowed). A value that
 * is not known statically is given as `Unresolved`. Custom classes are named, not guessed. Never throws.
 */
export function kerasLayer(className: string, config: PlainRecord, dialect: KerasDialect): KerasLayer {
  if (className === 'TimeDistributed') return timeDistributed(config, dialect);
  if (className === 'Merge') return merge(config, dialect);
  const meaning = meaningOfClass(className);
  switch (meaning.kind) {
    case 'layer':
      return readLayer(className, meaning.type, config, dialect);
    case 'notPiecewiseLinear':
      return notPiecewiseLinear(className, meaning.what, config, dialect);
    case 'nearlyIdentity': {
      const issue: LayerIssue = {
        field: 'type',
        code: 'approximation',
        severity: 'information',
        message: meaning.remark,
      };
      const { parameters } = smoothLayerRules(className, config, dialect);
      if (className === 'Normalization' && !parameters)
        return unknown(className, 'unsupported', 'Normalizing along several axes at once is not analyzed.');
      return {
        type: snakeCase(className),
        operation: { kind: 'identity', parameters },
        activation: linear,
        issues: [issue],
      };
    }
    case 'notAnalyzed':
      return unknown(className, 'unsupported', meaning.why);
    case 'custom':
      return unknown(
        className,
        'unknown-layer',
        `${className} is not a layer of Keras: what it computes is not known.`,
      );
  }
}

function unknown(className: string, code: string, why: string): KerasLayer {
  return {
    type: className,
    operation: { kind: 'unknown', why },
    activation: linear,
    issues: [{ field: 'type', code, severity: 'warning', message: why }],
  };
}

function readLayer(className: string, type: string, config: PlainRecord, dialect: KerasDialect): KerasLayer {
  const fields = new Fields(withCurrentFields(className, config), dialect);
  if (fields.get('data_format') === 'channels_first') {
    fields.unsupported('data_format', 'channels_first is not read in this place.');
  }
  if (className === 'Deconvolution2D') fields.get('output_shape');
  const parts = layerParts(type, fields);
  const issues = fields.issues.map((issue) => ({
    ...issue,
    field: issue.field === null ? null : writtenFieldName(className, config, issue.field),
  }));
  return { type, ...parts, issues };
}

function notPiecewiseLinear(className: string, what: string, config: PlainRecord, dialect: KerasDialect): KerasLayer {
  const wrong = wrongSize(className, config);
  if (wrong !== undefined) {
    const isInner = wrong === 'layer' || wrong === 'cell';
    const message = `${isInner ? 'A size of the layer inside' : wrong} must be a positive whole number.`;
    const field = writtenFieldName(className, config, wrong);
    return {
      ...unknown(className, 'bad-value', message),
      issues: [{ field, code: 'bad-value', severity: 'error', message }],
    };
  }
  return {
    type: snakeCase(className),
    operation: { kind: 'notPiecewiseLinear', what, ...smoothLayerRules(className, config, dialect) },
    activation: linear,
    issues: [],
  };
}

function merge(config: PlainRecord, dialect: KerasDialect): KerasLayer {
  const className = mergeClass(config);
  return className === undefined
    ? unknown('Merge', 'unsupported', 'This mode of Merge is not read.')
    : kerasLayer(className, config, dialect);
}

const elementwise = new Set<Operation['kind']>(['identity', 'batchNormalization', 'notPiecewiseLinear', 'unknown']);

/** The same layer at every time step: a dense layer is a convolution of size one, an elementwise one is itself. */
function timeDistributed(config: PlainRecord, dialect: KerasDialect): KerasLayer {
  const inner = wrappedLayer(config);
  if (!inner) return unknown('TimeDistributed', 'unsupported', 'The layer inside TimeDistributed cannot be read.');
  if (/^(Sequential|Functional|Model)$/.test(inner.className))
    return unknown('TimeDistributed', 'unsupported', 'A model at every time step is not analyzed.');
  const layer = kerasLayer(inner.className, inner.config, dialect);
  // Fields of the inner layer are not fields of the wrapper.
  const issues = layer.issues.map((issue) => ({ ...issue, field: 'layer' }));
  if (layer.operation.kind === 'dense' || elementwise.has(layer.operation.kind)) return { ...layer, issues };
  return unknown('TimeDistributed', 'unsupported', `${inner.className} at every time step is not analyzed.`);
}
