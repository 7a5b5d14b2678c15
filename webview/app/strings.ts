/**
 * Texts of the panel in the user's language. The English text is the key, `{0}` a place for a value; the extension puts
 * the translations, where it has some, on the page's main element.
 */
const translations = readTranslations();

function readTranslations(): Readonly<Record<string, string>> {
  // Parts of the panel without a page are tested without one.
  const json = typeof document === 'undefined' ? undefined : document.getElementById('panel')?.dataset.strings;
  if (json === undefined) return {};
  try {
    const table: unknown = JSON.parse(json);
    if (typeof table !== 'object' || table === null) return {};
    return Object.fromEntries(Object.entries(table).filter((entry) => typeof entry[1] === 'string'));
  } catch {
    return {};
  }
}

export function t(text: string, ...values: readonly (string | number)[]): string {
  return (translations[text] ?? text).replace(/\{(\d+)\}/g, (place, i: string) => String(values[Number(i)] ?? place));
}
