// Answers on their way to the type checker: each is noted with the type that Microsoft publishes for it.
import { copyFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const noted = [];

// ask awaits an answer and notes it under a type of @microsoft/microsoft-graph-types; "X[]" is a collection of X.
export async function ask(type, answer) {
  const body = await answer;
  note(type, body);
  return body;
}

export function note(type, body) {
  const item = type.replace(/\[\]$/, "");
  const name = item === type ? `Answer<graph.${item}>` : `Collection<graph.${item}>`;
  noted.push(`({${JSON.stringify(body).slice(1)}) satisfies ${name};`);
}

// write leaves a TypeScript project in a folder. It compiles if each answer has the shape of its type,
// with no member that the type does not know.
export function write(folder) {
  const here = fileURLToPath(new URL(".", import.meta.url));
  writeFileSync(join(folder, "answers.ts"), `import type * as graph from "@microsoft/microsoft-graph-types";\nimport type { Answer, Collection } from "./shape";\n${noted.join("\n")}\n`);
  copyFileSync(join(here, "shape.ts"), join(folder, "shape.ts"));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({
    compilerOptions: {
      strict: true, noEmit: true, exactOptionalPropertyTypes: true, module: "esnext", moduleResolution: "bundler", types: [],
      paths: { "@microsoft/*": [join(here, "node_modules/@microsoft/*")] },
    },
    files: ["answers.ts"],
  }));
  return noted.length;
}
