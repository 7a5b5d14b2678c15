/** The suites that need no editor: they load the panel's page by itself. */
export const panelTests = ['counting', 'labels', 'pages', 'panel', 'regionOverlay', 'trainingPage'].map(
  (name) => `test/ui/${name}.test.ts`,
);
