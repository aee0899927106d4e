// Uploads a file the way a web page does that uses Rails' own client: node upload.cjs PACKAGES FILE NAME TYPE ADDRESS TOKEN
// The client expects a browser, which jsdom plays. Prints what its callback was given, as JSON.
const fs = require("node:fs")
const path = require("node:path")

const [packages, file, name, type, address, token] = process.argv.slice(2)
const { JSDOM } = require(path.join(packages, "node_modules", "jsdom"))
const client = path.join(packages, "node_modules/@rails/activestorage/app/assets/javascripts/activestorage.js")

const { window } = new JSDOM("<!doctype html>", { url: new URL("/", address).href, runScripts: "outside-only" })
window.eval(fs.readFileSync(client, "utf8"))
const content = new window.File([fs.readFileSync(file)], name, { type })
const upload = new window.ActiveStorage.DirectUpload(content, address, null, { Authorization: `Bearer ${token}` })
upload.create((error, blob) => {
  process.stdout.write(JSON.stringify({ error: error ? String(error) : null, blob }))
  window.close()
})
