/** Outputs that a decision boundary is drawn between: each pair is looked at in every polygon that it enters. */
export const MAX_CLASSES = 64;
