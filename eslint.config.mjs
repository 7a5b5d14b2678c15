import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

// The plain counter that ours is measured against stays as it was measured.
const baseline = 'test/bench/plane-baseline.mjs';

export default tseslint.config(
  {
    ignores: ['dist/', 'test-output/', '.cache/', 'test/fixtures/', 'test/host/workspace/', 'examples/', baseline],
  },
  eslint.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    // A rule that has to be switched off on a line is either wrong for the project or right about the line.
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
    rules: {
      // The compiler knows better what is defined, for JavaScript too.
      'no-undef': 'off',
      // Published constants are given with the digits they were published with.
      'no-loss-of-precision': 'off',
      eqeqeq: 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Prettier decides how all code looks.
      'no-warning-comments': ['error', { terms: ['prettier-ignore'], location: 'anywhere' }],
      'max-len': [
        'error',
        { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true, ignoreUrls: true },
      ],
    },
  },
  {
    // In JavaScript the linter, unlike the compiler, does not see the types that comments give to values; tests look
    // into JSON whose shape is what they test.
    files: ['**/*.mjs', '**/*.cjs', 'test/**'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['test/**'],
    ignores: ['test/fastCheck.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { name: 'fast-check', message: 'Import test/fastCheck.ts: what fails once fails again.' },
      ],
    },
  },
  {
    // AssemblyScript has types of its own, which the compiler of TypeScript does not know.
    ...tseslint.configs.disableTypeChecked,
    files: ['scripts/assembly/**'],
    languageOptions: { parserOptions: { projectService: false, program: null } },
    rules: { ...tseslint.configs.disableTypeChecked.rules, eqeqeq: 'off' },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['src/**', 'webview/**'],
    rules: {
      // A new member of a union is an error at every switch over it: a `default` would swallow it.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, allowDefaultCaseForExhaustiveSwitch: false },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'Program > :matches(VariableDeclaration, ExportNamedDeclaration > VariableDeclaration)[kind="const"] > ' +
            'VariableDeclarator[id.name=/^[a-z]/][init.type="Literal"][init.raw=/^[0-9]/]',
          message: 'Write numeric constants as MAX_ITEMS.',
        },
      ],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Results must be repeatable: take a seeded generator.' },
      ],
    },
  },
  {
    // A part of the panel is a class of short methods, or a small function; views are functions of the model.
    files: ['webview/**'],
    rules: { 'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }] },
  },
  {
    // Babel's syntax tree has 250 kinds of nodes; the evaluator reads some and does not know the value of the rest.
    files: ['src/formats/source/javascript/**'],
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
);
