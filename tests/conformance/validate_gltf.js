// validate_gltf.js FILE.glb... - what gltf-validator finds, as JSON
const fs = require("fs");
const path = require("path");
const validator = require(path.join(__dirname, "../../.venv/node/node_modules/gltf-validator"));

Promise.all(process.argv.slice(2).map(async (file) => {
  const bytes = new Uint8Array(fs.readFileSync(file));
  const report = await validator.validateBytes(bytes, { maxIssues: 1000 });
  return {
    file,
    errors: report.issues.numErrors,
    warnings: report.issues.numWarnings,
    messages: report.issues.messages.filter((m) => m.severity < 2),
  };
})).then((all) => console.log(JSON.stringify(all)));
