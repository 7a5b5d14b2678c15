import type { Shape } from '../../network/shape.ts';
import { sizeOf } from '../../network/shape.ts';
import { contentFrom, endOfValue, outline } from './outline.ts';

/** One group of the `weightsManifest` of a TensorFlow.js model.json: files that are read as one, and what they hold. */
export interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly ManifestWeight[];
}

export interface ManifestWeight {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

/** The manifest in the text of a model.json; null where it has none, or one that names no files. */
export function manifestOf(text: string): readonly ManifestGroup[] | null {
  for (const { key, at } of outline(text, contentFrom(text, 0))) {
    if (key !== 'weightsManifest') continue;
    const groups = manifestIn(parseList(text, at));
    return groups?.some(({ paths }) => paths.length > 0) ? groups : null;
  }
  return null;
}

/** Why the manifest that a text has cannot be followed, as a sentence; null where it can, or where there is none. */
export function manifestFault(text: string): string | null {
  for (const { key, at } of outline(text, contentFrom(text, 0))) {
    if (key !== 'weightsManifest') continue;
    const groups = manifestIn(parseList(text, at));
    if (!groups) return 'the weights manifest is not understood';
    const isNamed = groups.every(({ paths, weights }) => paths.length > 0 || weights.length === 0);
    return isNamed ? null : 'the weights manifest names no files';
  }
  return null;
}

/** What a manifest says, from its data as JSON has it; null where that is none. */
export function manifestIn(value: unknown): readonly ManifestGroup[] | null {
  return isListOf(value, isGroup) ? (value as readonly ManifestGroup[]) : null;
}

/** The JSON list that begins here; the rest of the text need not be parsed. */
function parseList(text: string, at: number): unknown {
  try {
    return JSON.parse(text.slice(at, endOfValue(text, at))) as unknown;
  } catch {
    return null;
  }
}

function isGroup(value: unknown): boolean {
  const { paths, weights } = (value ?? {}) as Record<string, unknown>;
  return isListOf(paths, (path) => typeof path === 'string') && isListOf(weights, isWeight);
}

function isListOf(value: unknown, test: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(test);
}

function isWeight(value: unknown): boolean {
  const { name, shape, dtype } = (value ?? {}) as Record<string, unknown>;
  const isExtent = (extent: unknown) => Number.isSafeInteger(extent) && Number(extent) >= 0;
  return typeof name === 'string' && isListOf(shape, isExtent) && typeof dtype === 'string';
}

export function isFloat({ dtype }: ManifestWeight): boolean {
  return dtype.startsWith('float');
}

/** How many numbers all of these hold. */
export function countOf(weights: readonly ManifestWeight[]): number {
  return weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
