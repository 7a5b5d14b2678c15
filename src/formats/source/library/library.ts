import { sketchOf } from '../javascript/ownLayers.ts';
import { makeConvNetLayers } from './convnet.ts';
import type { Argument, Evaluation, Site } from '../evaluation/evaluation.ts';
import {
  addLayer,
  applyTo,
  becomeModel,
  getLayer,
  makeInput,
  makeLayer,
  newModel,
  popLayer,
} from '../evaluation/models.ts';
import { LayerValue, Library, ModelValue, Unknown } from '../evaluation/values.ts';
import type { Native, Value } from '../evaluation/values.ts';

/** A call of TensorFlow.js: what builds networks is followed, all else gives something that is not known. */
export function callLibrary(e: Evaluation, callee: Library, args: readonly Argument[], site: Site): Value {
  const [first, second] = callee.path;
  const unknown = new Unknown(`${callee.text}()`, site.span);
  if (callee.library !== 'tf') return unknown;
  if (first === 'layers' && second !== undefined) {
    return second === 'input' ? makeInput(e, args, site) : makeLayer(e, second, args, site);
  }
  switch (callee.path.join('.')) {
    case 'sequential':
    case 'model': {
      const model = newModel(e, site, first === 'model' ? 'functional' : 'sequential');
      becomeModel(e, model, args[0]);
      return model;
    }
    case 'input':
    case 'Input':
      return makeInput(e, args, site);
    case 'then':
      // `import('@tensorflow/tfjs').then((tf) => ...)`
      return e.call(args[0]?.value, undefined, [{ value: new Library([]), span: undefined }], site);
    case 'tidy': {
      const body = args.at(-1);
      return body ? e.call(body.value, undefined, [], site) : undefined;
    }
    default:
      return (
        sketchOf(
          callee.path.at(-1) ?? '',
          args.map(({ value }) => value),
        ) ?? unknown
      );
  }
}

/** `new tf.Sequential(...)`, `new tf.LayersModel(...)`, `new convnetjs.Net()` */
export function constructLibrary(e: Evaluation, callee: Library, args: readonly Argument[], site: Site): Value {
  const name = callee.path.at(-1);
  if (callee.library === 'convnetjs') {
    return name === 'Net' ? newModel(e, site, 'sequential') : new Unknown(`new ${callee.text}()`, site.span);
  }
  if (name === 'Sequential' || name === 'LayersModel') {
    const model = newModel(e, site, name === 'Sequential' ? 'sequential' : 'functional');
    becomeModel(e, model, args[0]);
    return model;
  }
  return new Unknown(`new ${callee.text}()`, site.span);
}

/** A method of a layer or a model. */
export function callMethod(e: Evaluation, method: Native, args: readonly Argument[], site: Site): Value {
  const { thisValue, name } = method;
  if (!(thisValue instanceof ModelValue || thisValue instanceof LayerValue)) return new Unknown(site.text, site.span);
  switch (name) {
    case 'Model.add':
      if (thisValue instanceof ModelValue) addLayer(e, thisValue, args[0]);
      return undefined;
    case 'Model.makeLayers':
      if (thisValue instanceof ModelValue) makeConvNetLayers(e, thisValue, args[0], site);
      return undefined;
    case 'Model.pop':
      if (thisValue instanceof ModelValue) popLayer(e, thisValue);
      return undefined;
    case 'Model.getLayer':
      return thisValue instanceof ModelValue ? getLayer(e, thisValue, args, site) : undefined;
    case 'Model.compile':
    case 'Model.summary':
      return undefined;
    case 'Model.apply':
    case 'Model.call':
    case 'Layer.apply':
      return applyTo(e, thisValue, args[0], site);
    case 'Model.then':
    case 'Layer.then':
      return e.call(args[0]?.value, undefined, [{ value: thisValue, span: undefined }], site);
    default:
      return new Unknown(site.text, site.span);
  }
}
