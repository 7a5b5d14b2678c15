import { existsSync } from 'node:fs';
import path from 'node:path';
import type { MarkdownRenderer } from 'vitepress';

/** The documents link to files of the repository. On the site these links lead to where it is published. */
export function repositoryLinks(markdown: MarkdownRenderer, docs: string, address: string): void {
  markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
    const { path: document } = env as { readonly path: string };
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href === null || !/^\.{0,2}[\w/]/.test(href) || /^\w+:/.test(href)) continue;
      const [file, anchor] = href.split('#');
      const target = path.resolve(path.dirname(document), file);
      const inside = path.relative(docs, target);
      if (!inside.startsWith('..')) continue;
      if (!existsSync(target)) throw new Error(`${document} links to ${href}, which does not exist`);
      const name = path.relative(path.dirname(docs), target).replaceAll('\\', '/');
      token.attrSet('href', `${address}/blob/main/${name}${anchor === undefined ? '' : `#${anchor}`}`);
    }
  });
}
