import { read } from '../../../src/formats/registry.ts';
import { buildNetwork } from '../../../src/network/build.ts';
import type { Network } from '../../../src/network/network.ts';

export type Numbers = number | readonly Numbers[];
export type FieldValue =
  string | number | boolean | readonly FieldValue[] | { readonly [name: string]: FieldValue | undefined };

export interface NativeLayer {
  readonly type: string;
  readonly name: string;
  readonly inputs?: readonly string[];
  readonly shared_with?: string;
  readonly weights?: Readonly<Record<string, Numbers>>;
  readonly [field: string]: FieldValue | Readonly<Record<string, Numbers>> | undefined;
}

/** A network in the native format, as data. */
export interface NativeFile {
  readonly name: string;
  readonly input: readonly number[] | Readonly<Record<string, readonly number[]>>;
  readonly layers: readonly NativeLayer[];
  readonly outputs?: readonly string[];
  readonly init?: Readonly<Record<string, FieldValue>>;
}

/** The file's text, a layer a line. */
export function textOf({ layers, ...top }: NativeFile): string {
  const written = Object.entries(top).filter(([, value]) => value !== undefined);
  const fields = written.map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  const lines = layers.map((layer) => `    ${JSON.stringify(layer)}`).join(',\n');
  return `{\n${[...fields, `  "layers": [\n${lines}\n  ]`].join(',\n')}\n}\n`;
}

export interface Opened {
  readonly network: Network;
  /** The first thing that is wrong with it, or null. */
  readonly fault: string | null;
}

/** The network with the weights that its file gives, as the product reads it. */
export function open(file: NativeFile, weights = true): Opened {
  const result = read(textOf(file), `${file.name}.network.json`, { weights });
  if (!result || result.networks.length !== 1) throw new Error('the text is not read as one network');
  const { network, problems } = buildNetwork(result.networks[0]);
  const wrong = [...result.problems, ...problems].find(
    ({ severity, code }) => severity === 'error' || code === 'unknown-field',
  );
  return { network, fault: wrong?.message ?? null };
}
