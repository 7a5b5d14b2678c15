/** A number as Python writes it; undefined for complex ones and whole ones that are not exact here. */
export function numberOf(text: string, endsInDot: boolean): { value: number | undefined; isFloat: boolean } {
  const plain = text.replace(/_/g, '').toLowerCase();
  const isFloat = endsInDot || (/[.e]/.test(plain) && !plain.startsWith('0x'));
  const value = plain.endsWith('j') ? NaN : Number(plain);
  const isUsable = isFloat ? !Number.isNaN(value) : Number.isSafeInteger(value);
  return { value: isUsable ? value : undefined, isFloat };
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  0: '\0',
};

/** What a string literal with its quotes and prefix stands for. */
export function stringOf(literal: string): string {
  const opening = /^([a-zA-Z]*)("""|'''|"|')/.exec(literal);
  if (!opening) return literal;
  const [all, prefix, quote] = opening;
  const closed = literal.length >= all.length + quote.length && literal.endsWith(quote);
  const inner = literal.slice(all.length, closed ? literal.length - quote.length : literal.length);
  if (/r/i.test(prefix) || !inner.includes('\\')) return inner;
  return inner.replace(/\\(x[\da-f]{2}|u[\da-f]{4}|\r?\n|[^])/gi, (_all, escape: string) => {
    if (/^[xu]./.test(escape)) return String.fromCharCode(parseInt(escape.slice(1), 16));
    if (/^\r?\n$/.test(escape)) return '';
    return Object.hasOwn(escapes, escape) ? escapes[escape] : /[\\'"]/.test(escape) ? escape : `\\${escape}`;
  });
}
