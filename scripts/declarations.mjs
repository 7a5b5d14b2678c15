import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from './process.mjs';

/** The files of the library whose types are public. Their declarations name nothing of other files. */
const files = ['index', 'types', 'networkError'];

/** Writes the library's declarations beside its bundle. */
export function writeDeclarations() {
  for (const name of files) {
    const source = path.join(root, 'src/library', `${name}.ts`);
    const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(source, 'utf8'), {
      fileName: source,
      reportDiagnostics: true,
      compilerOptions: { isolatedDeclarations: true, declaration: true, target: ts.ScriptTarget.ES2022 },
    });
    if (diagnostics.length > 0) {
      throw new Error(
        diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')).join('\n'),
      );
    }
    const text = outputText.replace(/(from '\.\/\w+)\.ts'/g, "$1.mjs'");
    writeFileSync(path.join(root, 'dist/library', `${name}.d.mts`), text);
  }
}
