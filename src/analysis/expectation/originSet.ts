const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;

/** A set of numbers that lie close together, in pages of bytes. */
export class OriginSet {
  private readonly pages: (Uint8Array | undefined)[] = [];

  /** Whether it was there before. */
  add(origin: number): boolean {
    const page = (this.pages[origin >>> PAGE_BITS] ??= new Uint8Array(PAGE));
    const at = origin & (PAGE - 1);
    const isKnown = page[at] === 1;
    page[at] = 1;
    return isKnown;
  }
}
