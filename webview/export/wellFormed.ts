/** What XML 1.0 has no way to write, not even as a reference (section 2.2, "Characters"). */
const NO_XML_CHARACTER = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** XML without characters that XML forbids: browsers write them as they are, and then read them no more. */
export function wellFormed(xml: string): string {
  return xml.replace(NO_XML_CHARACTER, '\ufffd');
}
