/** Numbers held for a vertex and the edge from it to the next: x and y at 0 and 1, and at these places: */
export const VERTEX = 8;
/** How far the vertex may be from the true one. */
export const VERTEX_ERROR = 2;
/** The line that the edge lies on, and how far it may be off. */
export const EDGE_LINE = 3;
export const EDGE_ERROR = 4;
/** Number of the cut that made the edge, negative on the negative side; 0 on the square's sides. */
export const EDGE_CUT = 5;
/** Value at the vertex of the function that `side` looked at last. */
export const VALUE = 6;
/** What exact arithmetic calls the vertex, or 0. */
export const NAME = 7;
