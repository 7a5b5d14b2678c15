/**
 * Calls back when VS Code has changed the theme: its kind, or colors of it. Style sheets follow by themselves; what
 * is painted on a canvas does not.
 */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}
