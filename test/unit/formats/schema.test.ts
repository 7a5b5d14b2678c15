import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { activationByName } from '../../../src/network/activation.ts';
import { Fields } from '../../../src/formats/layers/fields.ts';
import { layerParts, layerTypes } from '../../../src/formats/layers/table.ts';
import { readText } from './fixtures.ts';

interface Schema {
  properties: Record<string, unknown>;
  definitions: Record<
    string,
    {
      properties?: Record<string, unknown>;
      anyOf?: { enum?: string[]; enumDescriptions?: string[] }[];
      allOf?: unknown[];
    }
  >;
}

const schema = JSON.parse(
  readFileSync(new URL('../../../media/network.schema.json', import.meta.url), 'utf8'),
) as Schema;
const layer = schema.definitions.layer as {
  properties: Record<string, { anyOf?: { enum?: string[]; enumDescriptions?: string[] }[] }>;
  allOf: { if: { properties: { type: { const: string } } }; then: { $ref: string } }[];
};

describe('the JSON schema of native files', () => {
  it('offers every type, each with a description and its fields', () => {
    const [types] = layer.properties.type.anyOf ?? [];
    expect(types.enum).toEqual(layerTypes().sort());
    expect(types.enumDescriptions).toHaveLength(types.enum?.length ?? 0);
    for (const branch of layer.allOf) expect(branch.then.$ref).toBe(`#/definitions/${branch.if.properties.type.const}`);
    expect(layer.allOf.map((branch) => branch.if.properties.type.const)).toEqual(types.enum);
  });

  it.each(layerTypes())('knows the fields that are read of %s, and no others', (type) => {
    const fields = new Fields({}, 'native');
    layerParts(type, fields);
    const described = Object.keys(schema.definitions[type].properties ?? {}).filter((name) => name !== 'inputs');
    expect(described.sort()).toEqual([...fields.known()].sort());
  });

  it('offers activations that are known', () => {
    const [names] = schema.definitions.activation_name.anyOf ?? [];
    for (const name of names.enum ?? []) expect(activationByName(name)?.name).toBe(name);
  });

  it('knows the fields of the file, and of its init', () => {
    const init = (schema.properties.init as { properties: object }).properties;
    const values: Record<string, unknown> = Object.fromEntries(
      Object.keys(schema.properties).map((name) => [name, 'x']),
    );
    const text = JSON.stringify({ ...values, init: Object.fromEntries(Object.keys(init).map((name) => [name, 1])) });
    expect(readText(text, 'a.network.json').problems.filter(({ code }) => code === 'unknown-field')).toEqual([]);
  });
});
