export const answer = [1, 2, 3].map((layer) => layer * 2);
