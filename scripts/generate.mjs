/**
 * `npm run generate [-- --check]`: writes what is defined in TypeScript and read as JSON, or compares: the tools for
 * language models in package.json, and the schema of regionlens.json. Titles and descriptions of tools for people stand
 * in package.nls.json.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import * as prettier from 'prettier';
import { root } from './process.mjs';

/** Icons, and names for `#name` in a prompt. */
const REFERENCES = {
  analyze_network: { toolReferenceName: 'analyzeNetwork', icon: '$(graph-line)' },
  fit_network: { toolReferenceName: 'fitNetwork', icon: '$(symbol-ruler)' },
  count_regions: { toolReferenceName: 'countRegions', icon: '$(play)' },
};

/** @param {string} entry */
async function load(entry) {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  });
  const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`;
  return /** @type {unknown} */ (await import(url));
}

const { TOOLS, inputSchema } = /** @type {typeof import('../src/assistant/inputs.ts')} */ (
  await load('src/assistant/inputs.ts')
);
const { expectationsSchema } = /** @type {typeof import('../src/analysis/check/expectations.ts')} */ (
  await load('src/analysis/check/expectations.ts')
);

const names = /** @type {(keyof typeof REFERENCES)[]} */ (Object.keys(REFERENCES));
const languageModelTools = names.map((name) => {
  const { $schema: _, ...schema } = inputSchema(name);
  return {
    name,
    displayName: `%tool.${name}%`,
    userDescription: `%tool.${name}.description%`,
    modelDescription: TOOLS[name].description,
    ...REFERENCES[name],
    canBeReferencedInPrompt: true,
    tags: ['region-lens', 'neural-network'],
    when: '!isWeb || remoteName',
    inputSchema: schema,
  };
});
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
manifest.contributes = { ...manifest.contributes, languageModelTools };

const files = {
  'package.json': manifest,
  'media/regionlens.schema.json': {
    title: 'Expectations of Region Lens',
    allowTrailingCommas: true,
    ...expectationsSchema(),
  },
};
for (const [name, content] of Object.entries(files)) {
  const file = path.join(root, name);
  const options = await prettier.resolveConfig(file);
  const text = await prettier.format(JSON.stringify(content, null, 2), { ...options, filepath: file });
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${name} is not up to date: run npm run generate.`);
    process.exitCode = 1;
  }
}
