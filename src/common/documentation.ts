/** Where the documents are read. */
export const DOCUMENTATION = 'https://github.com/region-lens/region-lens/blob/main/docs/';

/** What a linear region is, and why one counts them. */
export const EXPLANATION = `${DOCUMENTATION}linear-regions.md`;
