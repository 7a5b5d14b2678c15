/**
 * Small helpers to build elements; everything that looks like markup in the panel goes through here, never through
 * strings.
 */

type Child = Node | string | null;

export interface ElementOptions {
  readonly class?: string;
  readonly text?: string;
  readonly title?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
  children: readonly Child[] = [],
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  if (options.class !== undefined) created.className = options.class;
  if (options.text !== undefined) created.textContent = options.text;
  if (options.title !== undefined) created.title = options.title;
  for (const [name, value] of Object.entries(options.attributes ?? {})) created.setAttribute(name, value);
  created.append(...children.filter((child) => child !== null));
  return created;
}

/** Writes text only where it differs, so that an update does not move a selection or wake a screen reader. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function setHidden(node: HTMLElement, hidden: boolean): void {
  if (node.hidden !== hidden) node.hidden = hidden;
}

/** Text with every `10^x` as a power: `10^7.44` becomes 10 with 7.44 raised. */
export function powerNodes(text: string): Node[] {
  return text.split(/(10\^[-−]?[\d.,]+)/).map((part) => {
    const power = /^10\^([-−]?[\d.,]+)$/.exec(part)?.[1];
    if (power === undefined) return document.createTextNode(part);
    const span = element('span', { class: 'power' });
    // Read aloud and copied as 10^7.44, not as 107.44.
    span.append(
      '10',
      element('span', { class: 'visuallyHidden', text: '^' }),
      element('sup', { text: power.replace('-', '−') }),
    );
    return span;
  });
}

/** As `setText`, with powers raised. */
export function setPowerText(node: Element, text: string): void {
  if (node.textContent !== text) node.replaceChildren(...powerNodes(text));
}

let nextId = 0;

/** An id that no other element of this page has. */
export function uniqueId(prefix: string): string {
  nextId += 1;
  return `${prefix}-${nextId}`;
}
