/** Translates a text into the user's language, with values for `{0}`, `{1}`, ... */
export type Translate = (text: string, ...values: readonly (string | number)[]) => string;

/** By the translations of texts, where there are some; the English text is the key. */
export function translator(translations: Readonly<Record<string, string>>): Translate {
  return (text, ...values) => {
    const translated = Object.hasOwn(translations, text) ? translations[text] : text;
    return translated.replace(/\{(\d+)\}/g, (place, i: string) => String(values[Number(i)] ?? place));
  };
}

/** The translations among what another process sends, which may be anything. */
export function translationsIn(table: unknown): Record<string, string> {
  if (typeof table !== 'object' || table === null) return {};
  return Object.fromEntries(Object.entries(table).filter((entry) => typeof entry[1] === 'string'));
}

/** English, as the text is written. */
export const untranslated: Translate = translator({});
