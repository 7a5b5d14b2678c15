/**
 * The floors of the house. Imports point down only:
 *
 *   common <- network <- theory, counting, formats <- analysis <- report
 *   <- server, worker, trainer <- assistant <- host/node, host/browser <- cli, extension
 *
 * and the webview sees src/protocol and src/common and nothing else of src.
 */
const pure =
  '^src/((common|network|theory|counting|formats|analysis|report|server|worker|trainer|assistant|library)/|host/[^/]+$)';

/** Packages that build and test. */
const tools = [
  '@eslint/js',
  '@modelcontextprotocol/client',
  '@vscode/test-electron',
  '@vscode/vsce',
  'ajv',
  'axe-core',
  'dependency-cruiser',
  'esbuild',
  'eslint',
  'fast-check',
  'h5wasm',
  'knip',
  'mocha',
  'gifenc',
  'playwright-core',
  'prettier',
  'typescript',
  'typescript-eslint',
  'vite-node',
  'vitest',
  'vscode-languageserver-protocol',
  'yaml',
];

/** @param {string} floor a folder, or a pattern of files up to its end */
const within = (floor) => (floor.endsWith('$') ? floor : `${floor}/`);

/**
 * Files of `floor` may import, of src, only the floors listed, their own and `common`.
 * @param {string} floor
 * @param {readonly string[]} below
 */
const onlyImports = (floor, ...below) => ({
  name: `${floor}-imports-down`,
  severity: 'error',
  from: { path: `^src/${floor}/` },
  to: { path: '^(src|webview)/', pathNot: `^src/(${['common', floor, ...below].map(within).join('|')})` },
});

export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    onlyImports('common'),
    onlyImports('network'),
    onlyImports('theory', 'network'),
    {
      name: 'counting-imports-down',
      severity: 'error',
      comment: 'Lines and planes are described once, by the types in theory/bound.ts.',
      from: { path: '^src/counting/' },
      to: { path: '^(src|webview)/', pathNot: '^src/(common|counting|network)/|^src/theory/bound[.]ts$' },
    },
    {
      name: 'counting-runs-no-theory',
      severity: 'error',
      from: { path: '^src/counting/' },
      to: { path: '^src/theory/', dependencyTypesNot: ['type-only'] },
    },
    onlyImports('formats', 'network'),
    onlyImports('analysis', 'network', 'theory', 'counting', 'formats'),
    onlyImports('report', 'network', 'theory', 'counting', 'formats', 'analysis'),
    {
      name: 'protocol-is-types',
      severity: 'error',
      comment: 'Messages may name types of the pure floors; they bring no code along but the ids that checks need.',
      from: { path: '^src/protocol/' },
      to: {
        path: '^src/',
        pathNot: '^src/((protocol|common)/|theory/boundIds\\.ts$)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'host-is-types',
      severity: 'error',
      comment:
        'What the server and the counting worker need of the place they run in; implementations are in host/node and host/browser.',
      from: { path: '^src/host/[^/]+$' },
      to: { path: '^src/', pathNot: '^src/host/[^/]+$', dependencyTypesNot: ['type-only'] },
    },
    onlyImports('worker', 'network', 'theory', 'counting', 'formats', 'analysis', 'protocol', 'host/[^/]+$'),
    onlyImports('trainer', 'network', 'theory', 'counting', 'formats', 'analysis', 'protocol', 'host/[^/]+$'),
    onlyImports('server', 'network', 'theory', 'counting', 'formats', 'analysis', 'report', 'protocol', 'host/[^/]+$'),
    onlyImports(
      'assistant',
      'network',
      'theory',
      'counting',
      'formats',
      'analysis',
      'report',
      'protocol',
      'worker',
      'host/[^/]+$',
    ),
    onlyImports('host/node', 'formats', 'protocol', 'host/[^/]+$', 'worker', 'trainer', 'server', 'assistant'),
    onlyImports('host/browser', 'formats', 'protocol', 'host/[^/]+$', 'worker', 'trainer', 'server'),
    onlyImports('cli', 'network', 'theory', 'counting', 'formats', 'analysis', 'report', 'protocol', 'worker', 'host'),
    onlyImports('library', 'network', 'theory', 'counting', 'formats', 'analysis', 'report'),
    {
      name: 'extension-starts-the-rest-by-path',
      severity: 'error',
      from: { path: '^src/extension/' },
      to: { path: '^(src/(server|cli)|webview)/' },
    },
    {
      name: 'webview-sees-protocol-and-common',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^(src|test|scripts)/', pathNot: '^src/(protocol|common)/' },
    },
    {
      name: 'pure-floors-know-no-platform',
      severity: 'error',
      comment: 'Files and workers come in through parameters, so the same code runs in a browser.',
      from: { path: `${pure}|^src/protocol/|^webview/` },
      to: { path: '^node:|^vscode|@types/vscode/', dependencyTypes: [] },
    },
    {
      name: 'browsers-and-editors-know-no-node',
      severity: 'error',
      comment: 'Of the extension, its folder `node` alone is not part of what runs in a browser.',
      from: { path: '^src/(host/browser|extension)/', pathNot: '^src/extension/node/' },
      to: { path: '^node:|^src/(host|extension)/node/|^vscode-language(client|server)/node' },
    },
    {
      name: 'pure-floors-know-no-node',
      severity: 'error',
      from: { path: `${pure}|^src/protocol/|^webview/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'vscode-in-the-extension-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/extension/' },
      to: { path: '^vscode$|@types/vscode/|^vscode-languageclient|node_modules/vscode-languageclient/' },
    },
    {
      name: 'no-tools',
      severity: 'error',
      comment: 'What users get is bundled, so all packages are development dependencies; some of them are tools alone.',
      from: { path: '^(src|webview)/' },
      to: { path: `node_modules/(${tools.join('|')})/`, dependencyTypesNot: ['type-only'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^vscode$' } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
