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

/** A paragraph whose changes a screen reader tells. */
export function statusLine(name: string, text?: string): HTMLParagraphElement {
  return element('p', { class: name, text, attributes: { role: 'status' } });
}

/** A button that needs no widget. */
export function plainButton(name: string, text: string, onPress: () => void): HTMLButtonElement {
  const made = element('button', { class: name, text, attributes: { type: 'button' } });
  made.addEventListener('click', onPress);
  return made;
}

export function columnHeads(titles: readonly string[]): HTMLElement[] {
  return titles.map((text) => element('th', { text, attributes: { scope: 'col' } }));
}

export function rowHead(text: string): HTMLElement {
  return element('th', { text, attributes: { scope: 'row' } });
}

export function svgElement<K extends keyof SVGElementTagNameMap>(tag: K): SVGElementTagNameMap[K] {
  return document.createElementNS('http://www.w3.org/2000/svg', tag);
}

/** Writes text only where it differs, so that an update does not move a selection or wake a screen reader. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function setHidden(node: HTMLElement, hidden: boolean): void {
  if (node.hidden !== hidden) node.hidden = hidden;
}

/** Writes text; without any the node is hidden. */
export function showText(node: HTMLElement, text: string): void {
  setText(node, text);
  setHidden(node, text === '');
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
