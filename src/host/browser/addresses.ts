import { URI, Utils } from 'vscode-uri';

/** The file of an address without escapes, as `TextFiles` has them. */
export function fileAt(address: string): URI {
  const [, scheme, authority, path] = /^([^:]+):\/\/([^/]*)(.*)$/s.exec(address) ?? ['', 'unknown', '', address];
  return URI.from({ scheme, authority: decodeURIComponent(authority), path });
}

/** The file that a path names from a folder; null where it leads out of it. */
export function fileInside(folder: URI, path: string): URI | null {
  const file = Utils.joinPath(folder, path);
  return !path.startsWith('/') && file.path.startsWith(folder.path.replace(/\/?$/, '/')) ? file : null;
}
