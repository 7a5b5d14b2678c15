import type { Node } from '@babel/types';
import type { Evaluation } from '../evaluation/evaluation.ts';
import type { Scope } from '../evaluation/scope.ts';
import { Dictionary, Library, Unknown } from '../evaluation/values.ts';
import type { Value } from '../evaluation/values.ts';

/** The library that a module specifier names, if it is one that networks are built with. */
export function libraryOf(specifier: string): Library | undefined {
  if (/^@tensorflow\/tfjs(?:-|\/|$)/.test(specifier) || /^https?:.*\/tfjs(?:[@/-]|$)/.test(specifier))
    return new Library([]);
  return /(?:^|\/)convnet(?:js)?(?:[./-]|$)/.test(specifier) ? new Library([], 'convnetjs') : undefined;
}

/** What `tf` is: TensorFlow.js, wherever it comes from, unless the source gives the name to something else. */
export function namedLibrary(name: string, value: Value): Value {
  return name === 'tf' && isAbsent(value) ? new Library([]) : value;
}

/** What has the type of a library is that library: `engine: typeof import('@tensorflow/tfjs')`. */
export function typedLibrary(e: Evaluation, annotation: Node | null | undefined, value: Value, scope: Scope): Value {
  if (annotation?.type !== 'TSTypeAnnotation' || !isAbsent(value)) return value;
  const type = annotation.typeAnnotation;
  if (type.type !== 'TSTypeQuery') return value;
  const { exprName } = type;
  if (exprName.type === 'TSImportType') {
    const argument: Node = exprName.argument;
    return (argument.type === 'StringLiteral' && !exprName.qualifier && libraryOf(argument.value)) || value;
  }
  const named = exprName.type === 'Identifier' ? e.evaluate(exprName, scope) : undefined;
  return named instanceof Library ? named : value;
}

function isAbsent(value: Value): boolean {
  return value === undefined || value === null || value instanceof Unknown;
}

/** The members of the library that make a network, and what they are called on. */
const making = /^(?:(.+)\.)?(?:sequential|Sequential|makeLayers)$/;

/** What a call of something that is not known would have made a network with; undefined where it makes none. */
export function unknownMaker(callee: string, first: Value): string | undefined {
  const isConfig = first === undefined || first instanceof Dictionary || first instanceof Unknown;
  const match = making.exec(callee);
  if (match) return isConfig || callee.endsWith('makeLayers') ? (match[1] ?? callee) : undefined;
  const isGraph = first instanceof Dictionary && first.properties.has('inputs') && first.properties.has('outputs');
  return isGraph && /(?:^|\.)(?:model|Model|LayersModel)$/.test(callee) ? callee.replace(/\.\w+$/, '') : undefined;
}
