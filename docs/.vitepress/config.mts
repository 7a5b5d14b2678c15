import { tex } from '@mdit/plugin-tex';
import { slug } from 'github-slugger';
import katex from 'katex';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { playgroundPlugin } from './playgroundPlugin.mts';
import { repositoryLinks } from './repositoryLinks.mts';

const docs = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const repository = 'https://github.com/region-lens/region-lens';

const engine = playgroundPlugin();

/** The documentation as a site of static pages: `npm run site` writes it to dist/site. */
export default defineConfig({
  title: 'Region Lens',
  description: 'How expressive a neural network can be, layer by layer: bounds, means and exact counts of its regions.',
  lang: 'en',
  outDir: '../dist/site',
  cacheDir: '../.cache/vitepress',
  vite: { publicDir: '../media', plugins: [engine] },
  buildEnd: ({ outDir }) => engine.write(outDir),
  head: [['meta', { name: 'theme-color', content: '#14233a' }]],
  transformHead: ({ siteData }) => [['link', { rel: 'icon', type: 'image/png', href: `${siteData.base}icon.png` }]],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    // The same anchors as on GitHub, where the documents are read too.
    anchor: { slugify: slug },
    // Braces are text, as on GitHub.
    attrs: { disable: true },
    config(markdown) {
      repositoryLinks(markdown, docs, repository);
      // Two descriptions of one parser: its own, which the plugin follows, and an older one.
      tex(markdown as unknown as Parameters<typeof tex>[0], {
        render(formula: string, displayMode: boolean) {
          const typeset = katex.renderToString(formula, { displayMode, throwOnError: true, strict: 'error' });
          // A wide formula scrolls, with the keyboard too.
          return `<span v-pre${displayMode ? ' class="formula" tabindex="0"' : ''}>${typeset}</span>`;
        },
      });
    },
  },
  themeConfig: {
    logo: '/icon.png',
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Documentation', link: '/linear-regions' },
      { text: 'Theory', link: '/theory' },
      { text: 'Playground', link: '/playground' },
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          { text: 'What is a linear region?', link: '/linear-regions' },
          { text: 'Playground', link: '/playground' },
          { text: 'What the numbers mean', link: '/theory' },
        ],
      },
      {
        text: 'In the editor',
        items: [
          { text: 'Formats', link: '/formats' },
          { text: 'Diagnostics', link: '/diagnostics' },
          { text: 'Counting', link: '/counting' },
          { text: 'Training', link: '/training' },
          { text: 'In the browser', link: '/web' },
        ],
      },
      {
        text: 'Elsewhere',
        items: [
          { text: 'Continuous integration', link: '/ci' },
          { text: 'AI assistants', link: '/assistants' },
          { text: 'The library', link: '/library' },
          { text: 'Clusters', link: '/cluster' },
        ],
      },
      {
        text: 'How it is made',
        items: [
          { text: 'Architecture', link: '/architecture' },
          { text: 'Performance', link: '/performance' },
        ],
      },
    ],
    socialLinks: [{ icon: 'github', link: repository }],
    footer: { message: 'MIT license. Nothing on these pages is sent anywhere.' },
  },
});
