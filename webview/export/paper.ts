/** Draws with the colors of white paper, whatever the theme. Nothing is painted on the page meanwhile. */
export function onWhitePaper<T>(draw: () => T): T {
  const { body } = document;
  body.dataset.paper = '';
  try {
    return draw();
  } finally {
    delete body.dataset.paper;
  }
}
