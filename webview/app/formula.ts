/** Formulas arrive as MathML in text: only elements and attributes that typeset anything are taken over. */

const MATHML = 'http://www.w3.org/1998/Math/MathML';
const ELEMENTS = new Set([
  'math',
  'mrow',
  'mi',
  'mn',
  'mo',
  'ms',
  'mtext',
  'mspace',
  'msub',
  'msup',
  'msubsup',
  'munder',
  'mover',
  'munderover',
  'mfrac',
  'msqrt',
  'mroot',
  'mpadded',
  'mphantom',
  'mstyle',
]);
const ATTRIBUTES = new Set([
  'display',
  'displaystyle',
  'scriptlevel',
  'mathvariant',
  'linethickness',
  'stretchy',
  'fence',
  'separator',
  'form',
  'lspace',
  'rspace',
  'width',
  'minsize',
  'maxsize',
  'symmetric',
  'largeop',
  'movablelimits',
]);

/** Null for no formula, and for text that is not MathML. */
export function formulaNode(mathml: string | null): Element | null {
  if (mathml === null) return null;
  const parsed = new DOMParser().parseFromString(mathml, 'text/html').querySelector('math');
  return parsed === null ? null : copied(parsed);
}

function copied(original: Element): Element | null {
  const name = original.localName.toLowerCase();
  if (original.namespaceURI !== MATHML || !ELEMENTS.has(name)) return null;
  const copy = document.createElementNS(MATHML, name);
  for (const { name: attribute, value } of original.attributes) {
    if (ATTRIBUTES.has(attribute)) copy.setAttribute(attribute, value);
  }
  for (const child of original.childNodes) {
    const part = child instanceof Element ? copied(child) : document.createTextNode(child.textContent ?? '');
    if (part !== null) copy.append(part);
  }
  return copy;
}
