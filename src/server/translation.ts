import { translationsIn, translator, untranslated, type Translate } from '../common/translate.ts';

/** A server has one client, and speaks its language. */
let current = untranslated;

/** Takes the translations that the client has sent; without, sentences are in English. */
export function speak(translations: unknown): void {
  current = translator(translationsIn(translations));
}

export const t: Translate = (text, ...values) => current(text, ...values);
