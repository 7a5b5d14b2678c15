/**
 * `npm run tools [-- --check]`: writes the tools for language models into package.json, as src/assistant/inputs.ts
 * defines them, or compares. Titles and descriptions for people stand in package.nls.json.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { root } from './process.mjs';

/** Icons, and names for `#name` in a prompt. */
const REFERENCES = {
  analyze_network: { toolReferenceName: 'analyzeNetwork', icon: '$(graph-line)' },
  fit_network: { toolReferenceName: 'fitNetwork', icon: '$(symbol-ruler)' },
  count_regions: { toolReferenceName: 'countRegions', icon: '$(play)' },
};

const { outputFiles } = await esbuild.build({
  absWorkingDir: root,
  entryPoints: ['src/assistant/inputs.ts'],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
});
const { TOOLS, inputSchema } = /** @type {typeof import('../src/assistant/inputs.ts')} */ (
  await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
);

const file = path.join(root, 'package.json');
const manifest = JSON.parse(readFileSync(file, 'utf8'));
const names = /** @type {(keyof typeof REFERENCES)[]} */ (Object.keys(REFERENCES));
const tools = names.map((name) => {
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
if (!process.argv.includes('--check')) {
  manifest.contributes.languageModelTools = tools;
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
} else if (JSON.stringify(manifest.contributes.languageModelTools) !== JSON.stringify(tools)) {
  console.error('The tools in package.json are not up to date: run npm run tools.');
  process.exitCode = 1;
}
