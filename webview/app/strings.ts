import { translationsIn, translator } from '../../src/common/translate.ts';

/**
 * Texts of the panel in the user's language. The English text is the key, `{0}` a place for a value; the extension puts
 * the translations, where it has some, on the page's main element.
 */
export const t = translator(readTranslations());

function readTranslations(): Readonly<Record<string, string>> {
  // Parts of the panel without a page are tested without one.
  const json = typeof document === 'undefined' ? undefined : document.getElementById('panel')?.dataset.strings;
  if (json === undefined) return {};
  try {
    return translationsIn(JSON.parse(json));
  } catch {
    return {};
  }
}
