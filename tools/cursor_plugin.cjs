// Print what Cursor makes of a plugin's folder: node tools/cursor_plugin.cjs SDK FOLDER
//
// SDK is dist/cjs of the package @cursor/sdk 1.0.32, which holds the loader of Cursor's local agents in a chunk that
// exports nothing but the agent. Two words are put into its files while node reads them: they let the loader out.
"use strict";
const Module = require("node:module");
const path = require("node:path");
const [sdk, folder] = process.argv.slice(2);
const CHUNKS = [360, 342];
const LET_OUT = {
  "index.js": ["module.exports=o})();", "module.exports=i})();"],
  "342.js": ["{createLocalExecutor:()=>", "{loaded:()=>cd,createLocalExecutor:()=>"],
};
const compile = Module.prototype._compile;
Module.prototype._compile = function (text, file) {
  const [from, to] = (path.dirname(file) === sdk && LET_OUT[path.basename(file)]) || ["", ""];
  if (!text.includes(from)) throw new Error(`another version of ${file}`);
  return compile.call(this, text.replace(from, to), file);
};
const inside = require(path.join(sdk, "index.js"));
const log = { log: (...said) => console.error(...said) };
Promise.all(CHUNKS.map((chunk) => inside.e(chunk)))
  .then(() => inside("./src/agent/local-executor.ts").loaded(folder, "plugin", undefined, log))
  .then((found) => console.log(JSON.stringify(found)));
