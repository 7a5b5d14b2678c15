/** Comments may be as long as this. */
const LOOKED_AT = 10_000;
const FIRST_SECTION = /^\uFEFF?(?:[ \t]*(?:[#;][^\n]*)?\r?\n)*[ \t]*\[(?:net|network)\]/;
/** Settings of other programs have a section [net], too: of a package manager, that of its downloads. */
const LAYER_SECTION =
  /^[ \t]*\[(?:conv(?:olutional)?|conn(?:ected)?|max(?:pool)?|avg(?:pool)?|route|shortcut|local|crop|reorg|rnn|gru|lstm|crnn)\]/m;

/** True for a configuration of Darknet, whatever its name. */
export function looksLikeDarknet(text: string): boolean {
  return FIRST_SECTION.test(text.slice(0, LOOKED_AT)) && LAYER_SECTION.test(text);
}
